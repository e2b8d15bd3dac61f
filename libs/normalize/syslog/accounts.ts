import type { JsonObject } from '@tidewatch/event';
import { parsePam } from './pam.ts';
import { type ProgramParser, type SyslogFields, setEvent } from './program.ts';

/** One form of message; its named groups are user, uid, group, gid, by, to (a new name). */
interface Form {
  readonly pattern: RegExp;
  readonly type: string[];
  readonly action: string;
  readonly outcome: 'success' | 'failure';
}

const form = (
  pattern: RegExp,
  type: string[],
  action: string,
  outcome: Form['outcome'] = 'success',
): Form => ({ pattern, type, action, outcome });

const [created, changed, deleted] = [
  ['user', 'creation'],
  ['user', 'change'],
  ['user', 'deletion'],
];
const [groupCreated, groupChanged, groupDeleted] = [
  ['group', 'creation'],
  ['group', 'change'],
  ['group', 'deletion'],
];

/** Messages of the shadow suite, by their first word. */
const forms: Readonly<Record<string, readonly Form[]>> = {
  new: [
    form(
      /^new user: name=(?<user>[^\s,]{1,256}), UID=(?<uid>\d{1,10}), GID=(?<gid>\d{1,10})/,
      created,
      'user_added',
    ),
    form(/^new group: name=(?<group>[^\s,]{1,256}), GID=(?<gid>\d{1,10})/, groupCreated, 'group_added'),
  ],
  failed: [
    form(/^failed adding user '(?<user>[^']{1,256})'/, created, 'user_added', 'failure'),
    form(/^failed to change user '(?<user>[^']{1,256})'/, changed, 'user_changed', 'failure'),
  ],
  add: [
    form(
      /^add '(?<user>[^']{1,256})' to (?:shadow )?group '(?<group>[^']{1,256})'/,
      groupChanged,
      'group_member_added',
    ),
  ],
  delete: [
    form(
      /^delete '(?<user>[^']{1,256})' from (?:shadow )?group '(?<group>[^']{1,256})'/,
      groupChanged,
      'group_member_removed',
    ),
    form(/^delete user '(?<user>[^']{1,256})'/, deleted, 'user_removed'),
  ],
  removed: [form(/^removed (?:shadow )?group '(?<group>[^']{1,256})'/, groupDeleted, 'group_removed')],
  change: [
    form(/^change user name '(?<user>[^']{1,256})' to '(?<to>[^']{1,256})'/, changed, 'user_changed'),
    form(/^change user '(?<user>[^']{1,256})' password/, changed, 'password_changed'),
    form(/^change user '(?<user>[^']{1,256})' /, changed, 'user_changed'),
  ],
  changed: [
    form(/^changed password expiry for (?<user>\S{1,256})/, changed, 'user_changed'),
    form(/^changed user '(?<user>[^']{1,256})' /, changed, 'user_changed'),
  ],
  lock: [form(/^lock user '(?<user>[^']{1,256})'/, changed, 'user_locked')],
  unlock: [form(/^unlock user '(?<user>[^']{1,256})'/, changed, 'user_unlocked')],
  group: [
    form(
      /^group added to \/etc\/g\w+: name=(?<group>[^\s,]{1,256})(?:, GID=(?<gid>\d{1,10}))?/,
      groupCreated,
      'group_added',
    ),
    form(/^group '(?<group>[^']{1,256})' removed/, groupDeleted, 'group_removed'),
    form(
      /^group changed in \/etc\/g\w+ \(group (?<group>[^\s/]{1,256})(?:\/(?<gid>\d{1,10}))?(?:, new name: (?<to>[^\s)]{1,256}))?/,
      groupChanged,
      'group_changed',
    ),
  ],
  user: [
    form(
      /^user (?<user>\S{1,256}) added by (?<by>\S{1,256}) to group (?<group>\S{1,256})/,
      groupChanged,
      'group_member_added',
    ),
    form(
      /^user (?<user>\S{1,256}) removed by (?<by>\S{1,256}) from group (?<group>\S{1,256})/,
      groupChanged,
      'group_member_removed',
    ),
  ],
  members: [
    form(/^members of group (?<group>\S{1,256}) set by (?<by>\S{1,256}) to /, groupChanged, 'group_changed'),
  ],
  password: [
    form(
      /^password for '?(?<user>[^\s']{1,256})'? changed by '?(?<by>[^\s']{1,256})'?/,
      changed,
      'password_changed',
    ),
  ],
};

/** useradd, usermod, userdel, groupadd, groupmod, groupdel, gpasswd, passwd, chpasswd, chage, chsh, chfn. */
export const parseAccounts: ProgramParser = (message, fields) => {
  if (!parsePam(message, fields)) parseChange(message, fields);
  return 'linux.accounts';
};

function parseChange(message: string, fields: SyslogFields): void {
  const word = message.slice(0, Math.max(0, message.indexOf(' ')));
  if (!Object.hasOwn(forms, word)) return;
  for (const { pattern, type, action, outcome } of forms[word] ?? []) {
    const match = pattern.exec(message);
    if (match === null) continue;
    setEvent(fields, 'iam', type, action, outcome);
    setNames(fields, match.groups ?? {});
    return;
  }
}

function setNames(fields: SyslogFields, names: Readonly<Record<string, string | undefined>>): void {
  const user: JsonObject = {};
  if (names.by !== undefined) user.name = names.by;
  if (names.user !== undefined) {
    user.target = names.uid === undefined ? { name: names.user } : { name: names.user, id: names.uid };
    if (names.to !== undefined) user.changes = { name: names.to };
  }
  if (names.by !== undefined || names.user !== undefined) fields.user = user;
  const group: JsonObject = {};
  if (names.group !== undefined) group.name = names.group;
  if (names.gid !== undefined) group.id = names.gid;
  if (names.group !== undefined || names.gid !== undefined) fields.group = group;
}
