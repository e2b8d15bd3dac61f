import type { AuditRecord } from './audit_record.ts';

/** What records of one type, or calls of the kernel, mean in ECS. */
export interface AuditMeaning {
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly action: string;
  /** Whom `acct` names: who acts, or whose account is acted upon. */
  readonly account: 'user' | 'target';
}

/** `category/type,type action [target]`, e.g. `authentication/start authenticated`. */
function meaning(words: string): AuditMeaning {
  const [what = '', action = '', account] = words.split(' ');
  const [category = '', types = ''] = what.split('/');
  return {
    category: category.split(','),
    type: types.split(','),
    action,
    account: account === 'target' ? 'target' : 'user',
  };
}

const table = (rows: Readonly<Record<string, string>>): ReadonlyMap<string, AuditMeaning> =>
  new Map(
    Object.entries(rows).flatMap(([names, words]) =>
      names.split(' ').map((name): [string, AuditMeaning] => [name, meaning(words)]),
    ),
  );

/** By the record's type; actions are named as auditbeat names them. */
const types = table({
  USER_LOGIN: 'authentication/start logged-in',
  USER_LOGOUT: 'authentication/end logged-out',
  USER_AUTH: 'authentication/start authenticated',
  USER_ACCT: 'authentication/info was-authorized',
  USER_ERR: 'authentication/info error',
  LOGIN: 'authentication/start changed-login-id-to',
  CRED_ACQ: 'authentication/info acquired-credentials',
  CRED_REFR: 'authentication/info refreshed-credentials',
  CRED_DISP: 'authentication/info disposed-credentials',
  USER_START: 'session/start started-session',
  USER_END: 'session/end ended-session',
  USER_CMD: 'process/start ran-command',
  ADD_USER: 'iam/user,creation added-user-account target',
  DEL_USER: 'iam/user,deletion deleted-user-account target',
  USER_MGMT: 'iam/user,change modified-user-account target',
  ACCT_LOCK: 'iam/user,change locked-account target',
  ACCT_UNLOCK: 'iam/user,change unlocked-account target',
  USER_CHAUTHTOK: 'iam/user,change changed-password target',
  ADD_GROUP: 'iam/group,creation added-group-account-to target',
  DEL_GROUP: 'iam/group,deletion deleted-group-account-from target',
  GRP_MGMT: 'iam/group,change modified-group-account target',
  ROLE_ASSIGN: 'iam/user,change assigned-user-role-to target',
  ROLE_REMOVE: 'iam/user,change removed-user-role-from target',
  SERVICE_START: 'process/start started-service',
  SERVICE_STOP: 'process/end stopped-service',
  SYSTEM_BOOT: 'host/start booted-system',
  SYSTEM_SHUTDOWN: 'host/end shutdown-system',
  SYSTEM_RUNLEVEL: 'host/change changed-to-runlevel',
  DAEMON_START: 'process/start started-audit',
  DAEMON_END: 'process/end shutdown-audit',
  DAEMON_CONFIG: 'configuration/change changed-auditd-configuration',
  DAEMON_ROTATE: 'process/info rotated-audit-log',
  CONFIG_CHANGE: 'configuration/change changed-audit-configuration',
  FEATURE_CHANGE: 'configuration/change changed-audit-feature',
  NETFILTER_CFG: 'configuration/change loaded-firewall-rule-to',
  MAC_POLICY_LOAD: 'configuration/change loaded-selinux-policy',
  MAC_STATUS: 'configuration/change changed-selinux-enforcement',
  MAC_CONFIG_CHANGE: 'configuration/change changed-selinux-boolean',
  SOFTWARE_UPDATE: 'package/change package-updated',
  'AVC USER_AVC': 'api,process/denied violated-selinux-policy',
  SELINUX_ERR: 'process/info selinux-error',
  SECCOMP: 'api,process/denied violated-seccomp-policy',
  ANOM_ABEND: 'process/end crashed-program',
  ANOM_PROMISCUOUS: 'configuration/change changed-promiscuous-mode-on-device',
  'ANOM_LOGIN_FAILURES ANOM_LOGIN_LOCATION ANOM_LOGIN_SESSIONS ANOM_LOGIN_TIME':
    'authentication/info anomalous-login',
  TTY: 'process/info typed',
  USER_TTY: 'process/info typed',
  KERN_MODULE: 'driver/start loaded-kernel-module',
  BPF: 'process/info bpf',
  CRYPTO_KEY_USER: 'process/info negotiated-crypto-key',
  CRYPTO_SESSION: 'process/info started-crypto-session',
  // Parts of an event of which nothing else came along: what they are part of has happened once, not again.
  EXECVE: 'process/info executed',
  PROCTITLE: 'process/info executed',
  'PATH CWD': 'file/info accessed',
  SOCKADDR: 'network/info used-socket',
});

/** By the call's name. */
const calls = table({
  'execve execveat': 'process/start executed',
  'fork vfork clone clone3': 'process/start forked',
  'exit exit_group': 'process/end exited',
  'kill tkill tgkill': 'process/end killed-pid',
  'ptrace process_vm_readv process_vm_writev': 'process/access traced',
  'setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid':
    'process/change changed-identity-of',
  'connect sendto sendmsg': 'network/connection,start connected-to',
  'accept accept4': 'network/connection,start accepted-connection-from',
  'bind listen': 'network/info bound-socket',
  'recvfrom recvmsg': 'network/connection received-from',
  socket: 'network/info created-socket',
  'open openat openat2 open_by_handle_at creat': 'file/access opened-file',
  'readlink readlinkat access faccessat faccessat2 stat lstat newfstatat': 'file/access accessed',
  'unlink unlinkat rmdir': 'file/deletion deleted',
  'rename renameat renameat2': 'file/change renamed',
  'mkdir mkdirat': 'file/creation created-directory',
  'link linkat': 'file/creation linked',
  'symlink symlinkat': 'file/creation symlinked',
  'mknod mknodat': 'file/creation made-device',
  'chmod fchmod fchmodat': 'file/change changed-file-permissions-of',
  'chown fchown fchownat lchown': 'file/change changed-file-ownership-of',
  'setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr':
    'file/change changed-file-attributes-of',
  'truncate ftruncate': 'file/change truncated',
  'utime utimes utimensat futimesat': 'file/change changed-timestamp-of',
  'mount fsmount move_mount': 'configuration/change mounted',
  umount2: 'configuration/change unmounted',
  'init_module finit_module': 'driver/start loaded-kernel-module',
  delete_module: 'driver/end unloaded-kernel-module',
  'settimeofday clock_settime adjtimex clock_adjtime': 'configuration/change changed-system-time',
  'sethostname setdomainname': 'configuration/change changed-system-name',
  reboot: 'host/end rebooted',
});

/** All that records and calls may mean. */
export const auditMeanings: readonly AuditMeaning[] = [...types.values(), ...calls.values()];

/** Parts of another record's event. */
const parts = new Set(['EXECVE', 'PROCTITLE', 'PATH', 'CWD', 'SOCKADDR', 'SYSCALL', 'EOE']);

/** What an event means: by the record that says it, or else by the call. */
export function auditMeaning(
  records: readonly AuditRecord[],
  call: string | undefined,
): AuditMeaning | undefined {
  const telling = records.find(({ type }) => !parts.has(type) && types.has(type));
  if (telling !== undefined) return types.get(telling.type);
  if (records.some(({ type }) => type === 'SYSCALL'))
    return call === undefined || /^\d/.test(call)
      ? undefined
      : (calls.get(call) ?? meaning(`process/info ${call}`));
  for (const { type } of records) {
    const known = types.get(type);
    if (known !== undefined) return known;
  }
  return undefined;
}
