import { quote } from '../written.ts';
import { field } from './event_fields.ts';
import { type Derived, type Meanings, meaning } from './meaning.ts';
import { endpoint, executable, type FieldMap, file, long, type Setter, text, textOf } from './setters.ts';

const subject: FieldMap = {
  SubjectUserSid: text('user.id'),
  SubjectUserName: text('user.name'),
  SubjectDomainName: text('user.domain'),
  SubjectLogonId: text('winlog.logon.id'),
};

/** The account that is logged on or asked for: in these events it is the one the event is about. */
const loggedOn: FieldMap = {
  TargetUserSid: text('user.id'),
  TargetUserName: text('user.name'),
  TargetDomainName: text('user.domain'),
  TargetLogonId: text('winlog.logon.id'),
};

const target: FieldMap = {
  TargetSid: text('user.target.id'),
  TargetUserName: text('user.target.name'),
  TargetDomainName: text('user.target.domain'),
};

const group: FieldMap = {
  TargetSid: text('group.id'),
  TargetUserName: text('group.name'),
  TargetDomainName: text('group.domain'),
};

const targetName = field('user.target.name');

/** A member comes as a distinguished name, `CN=Jane Roe,OU=…`. */
const commonName: Setter = (event, json) => {
  const value = textOf(json);
  const name = /^CN=((?:[^,\\]|\\.){1,256})/i.exec(value)?.[1]?.replace(/\\(.)/g, '$1');
  event.set(targetName, name === undefined ? json : quote(name));
};
const member: FieldMap = { MemberSid: text('user.target.id'), MemberName: commonName };

const remote: FieldMap = {
  IpAddress: endpoint('source'),
  IpPort: long('source.port'),
  WorkstationName: text('source.domain'),
};
const caller: FieldMap = { ProcessId: long('process.pid'), ProcessName: executable('process') };

/** The name that a number stands for, both as JSON; without one the number itself. */
function named(path: string, names: Readonly<Record<string, string>>): Setter {
  const at = field(path);
  const known = new Map(Object.entries(names).map(([number, name]) => [`"${number}"`, `"${name}"`]));
  return (event, json) => event.set(at, known.get(json) ?? json);
}

const logonType = named('winlog.logon.type', {
  ...{ 2: 'Interactive', 3: 'Network', 4: 'Batch', 5: 'Service', 7: 'Unlock', 8: 'NetworkCleartext' },
  ...{ 9: 'NewCredentials', 10: 'RemoteInteractive', 11: 'CachedInteractive' },
});
const logon: FieldMap = { ...remote, ...caller, LogonType: logonType };

const creation: FieldMap = {
  NewProcessId: long('process.pid'),
  NewProcessName: executable('process'),
  CommandLine: text('process.command_line'),
  ProcessId: long('process.parent.pid'),
  ParentProcessName: executable('process.parent'),
};
const service: FieldMap = { ServiceName: text('service.name'), ServiceFileName: text('winlog.service.path') };
const object: FieldMap = { ...subject, ...caller };

const setFile = file('file');
const registryPath = field('registry.path');
const category = field('event.category');

const objectName: Derived = {
  from: ['ObjectType', 'ObjectName'],
  put(event, type, name) {
    if (name === undefined || name === '"-"') return;
    if (type === '"File"') setFile(event, name);
    if (type !== '"Key"') return;
    event.set(registryPath, name);
    event.set(category, '["registry"]');
  },
};

const share: FieldMap = {
  ...subject,
  IpAddress: endpoint('source'),
  IpPort: long('source.port'),
  ShareName: text('winlog.share.name'),
  RelativeTargetName: file('file'),
};

const transport = named('network.transport', { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp' });
const flow: FieldMap = {
  ProcessID: long('process.pid'),
  ProcessId: long('process.pid'),
  Application: executable('process'),
  SourceAddress: endpoint('source'),
  SourcePort: long('source.port'),
  DestAddress: endpoint('destination'),
  DestPort: long('destination.port'),
  Protocol: [transport, text('network.iana_number')],
};

// %%14592 and %%14593 are the message table's "Inbound" and "Outbound".
const directions = new Map([
  ['"%%14592"', '"ingress"'],
  ['"%%14593"', '"egress"'],
]);
const networkDirection = field('network.direction');
const direction: Derived = {
  from: ['Direction'],
  put: (event, value) => event.set(networkDirection, directions.get(value ?? '')),
};

const ticket: FieldMap = {
  TargetUserName: text('user.name'),
  TargetDomainName: text('user.domain'),
  TargetSid: text('user.id'),
  IpAddress: endpoint('source'),
  IpPort: long('source.port'),
  ServiceName: text('service.name'),
};

const users = (action: string, type = 'change'): ReturnType<typeof meaning> =>
  meaning(`iam/user,${type} ${action} success`, [subject, target]);
const members = (action: string): ReturnType<typeof meaning> =>
  meaning(`iam/group,change ${action} success`, [subject, group, member]);
const groups = (action: string, type: string): ReturnType<typeof meaning> =>
  meaning(`iam/group,${type} ${action} success`, [subject, group]);
const tasks = (action: string, type: string): ReturnType<typeof meaning> =>
  meaning(`configuration/${type} ${action} success`, [subject, { TaskName: text('winlog.task_name') }]);

/** The Security channel; names of actions as winlogbeat has them. */
export const securityMeanings: Meanings = new Map([
  ['1100', meaning('process/end logging-service-shutdown success')],
  ['1102', meaning('iam/admin,change audit-log-cleared success', subject)],
  ['4624', meaning('authentication/start logged-in success', [loggedOn, logon])],
  ['4625', meaning('authentication/start logon-failed failure', [loggedOn, logon])],
  ['4634', meaning('authentication/end logged-out success', [loggedOn, { LogonType: logonType }])],
  ['4647', meaning('authentication/end logged-out success', loggedOn)],
  [
    '4648',
    meaning('authentication/start logged-in-explicit success', [
      subject,
      remote,
      caller,
      {
        TargetUserName: text('user.effective.name'),
        TargetDomainName: text('user.effective.domain'),
        TargetServerName: text('destination.domain'),
      },
    ]),
  ],
  ['4656', meaning('file/access object-handle-requested', object, objectName)],
  [
    '4657',
    meaning('configuration,registry/change registry-value-modified', [
      object,
      { ObjectName: text('registry.path'), ObjectValueName: text('registry.value') },
    ]),
  ],
  ['4658', meaning('file/access object-handle-closed', object)],
  ['4662', meaning('iam,configuration/admin,access directory-object-accessed', subject)],
  ['4663', meaning('file/access object-accessed', object, objectName)],
  ['4672', meaning('iam/admin logged-in-special success', subject)],
  ['4673', meaning('iam/admin privileged-service-called', object)],
  [
    '4688',
    meaning('process/start created-process success', [
      subject,
      creation,
      { TargetUserName: text('user.effective.name'), TargetDomainName: text('user.effective.domain') },
    ]),
  ],
  ['4689', meaning('process/end exited-process success', [subject, caller])],
  ['4697', meaning('iam,configuration/admin,change service-installed success', [subject, service])],
  ['4698', tasks('scheduled-task-created', 'creation')],
  ['4699', tasks('scheduled-task-deleted', 'deletion')],
  ['4700', tasks('scheduled-task-enabled', 'change')],
  ['4701', tasks('scheduled-task-disabled', 'change')],
  ['4702', tasks('scheduled-task-updated', 'change')],
  ['4703', meaning('iam/admin,change user-right-adjusted success', [object, target])],
  ['4719', meaning('iam,configuration/admin,change changed-audit-config success', subject)],
  ['4720', users('added-user-account', 'creation')],
  ['4722', users('enabled-user-account')],
  ['4723', users('changed-password')],
  ['4724', users('reset-password')],
  ['4725', users('disabled-user-account')],
  ['4726', users('deleted-user-account', 'deletion')],
  ['4727', groups('added-group-account', 'creation')],
  ['4728', members('added-member-to-group')],
  ['4729', members('removed-member-from-group')],
  ['4730', groups('deleted-group-account', 'deletion')],
  ['4731', groups('added-group-account', 'creation')],
  ['4732', members('added-member-to-group')],
  ['4733', members('removed-member-from-group')],
  ['4734', groups('deleted-group-account', 'deletion')],
  ['4735', groups('modified-group-account', 'change')],
  ['4738', users('modified-user-account')],
  ['4740', users('locked-out-user-account')],
  ['4741', users('added-computer-account', 'creation')],
  ['4742', users('changed-computer-account')],
  ['4756', members('added-member-to-group')],
  ['4757', members('removed-member-from-group')],
  ['4767', users('unlocked-user-account')],
  ['4768', meaning('authentication/start kerberos-authentication-ticket-requested', ticket)],
  ['4769', meaning('authentication/start kerberos-service-ticket-requested', ticket)],
  ['4771', meaning('authentication/start kerberos-preauth-failed failure', ticket)],
  [
    '4776',
    meaning('authentication/start credential-validated', {
      TargetUserName: text('user.name'),
      Workstation: text('source.domain'),
    }),
  ],
  [
    '4778',
    meaning('authentication,session/start session-reconnected success', {
      AccountName: text('user.name'),
      AccountDomain: text('user.domain'),
      ClientAddress: endpoint('source'),
      ClientName: text('source.domain'),
    }),
  ],
  [
    '4779',
    meaning('authentication,session/end session-disconnected success', {
      AccountName: text('user.name'),
      AccountDomain: text('user.domain'),
      ClientAddress: endpoint('source'),
      ClientName: text('source.domain'),
    }),
  ],
  ['4798', meaning('iam/user,info group-membership-enumerated success', [subject, target])],
  ['4799', meaning('iam/group,info user-member-enumerated success', [subject, group])],
  ['5136', meaning('iam/admin,change directory-object-modified success', subject)],
  ['5140', meaning('network,file/connection,access network-share-object-accessed', share)],
  ['5145', meaning('network,file/connection,access network-share-object-access-checked', share)],
  ['5156', meaning('network/connection,allowed connection-allowed success', flow, direction)],
  ['5157', meaning('network/connection,denied connection-blocked failure', flow, direction)],
  ['5158', meaning('network/connection,allowed local-port-bound success', flow)],
  ['5379', meaning('iam/user,info credentials-read success', subject)],
]);
