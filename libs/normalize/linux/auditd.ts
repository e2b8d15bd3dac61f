import type { JsonObject } from '@tidewatch/event';
import type { FieldsDraft, ParseContext } from '../draft.ts';
import { addOwn, endpoint, file, ipAddress, objectAt, parseLong } from '../setters.ts';
import type { ProgramParser } from '../syslog/program.ts';
import { type AuditMeaning, auditMeaning } from './audit_meaning.ts';
import { type AuditRecord, readAuditRecord, readBareRecord } from './audit_record.ts';
import { socketAddress } from './socket_address.ts';
import { syscallName } from './syscalls.ts';

/** Whether a line begins as records of the audit log do. */
export const looksLikeAudit = (line: string): boolean =>
  (line.startsWith('type=') || line.startsWith('node=')) && line.slice(0, 400).includes(' msg=audit(');

/** Most records of one event that are read. */
const maxRecords = 512;

/**
 * An event of Linux' audit log, from one record or from all records of one serial, a line each (the file input joins
 * them: `multiline: { same: 'msg=audit\(([^)]+)\)' }`). What ECS has no name for stays under `auditd.log`; a name that
 * several records have holds a list, in their order.
 *
 * @returns undefined where the first line is no record
 */
export function auditDraft(text: string, { hints }: ParseContext): FieldsDraft | undefined {
  const records = text
    .split('\n', maxRecords)
    .map((line) => readAuditRecord(line.trim()))
    .filter((record) => record !== undefined);
  const [first] = records;
  if (first === undefined) return undefined;
  const fields: JsonObject = { message: text, event: {} };
  if (hints.path !== undefined) fields.log = { file: { path: hints.path } };
  if (first.node !== undefined) fields.host = { name: first.node };
  setRecords(fields, records);
  const sequence = parseLong(first.serial ?? '');
  if (sequence !== undefined) objectAt(objectAt(fields, 'auditd'), 'log').sequence = sequence;
  return { dataset: 'linux.auditd', time: first.time, fields };
}

/** A record that came by syslog or the journal: whole, or without its stamp. */
export const parseAudit: ProgramParser = (message, fields) => {
  const record = readAuditRecord(message) ?? readBareRecord(message);
  if (record === undefined) return 'linux.syslog';
  // It is about another process than the one that passes it on.
  delete fields.process;
  setRecords(fields, [record]);
  return 'linux.auditd';
};

function setRecords(fields: JsonObject, records: readonly AuditRecord[]): void {
  const values = new Map<string, string[]>();
  for (const record of records)
    for (const [name, text] of record.values) {
      const texts = values.get(name);
      if (texts === undefined) values.set(name, [text]);
      else texts.push(text);
    }
  const first = (name: string): string | undefined => values.get(name)?.[0];
  const call = callOf(first);
  const meaning = auditMeaning(records, call);
  setEvent(fields, first, meaning, records);
  setProcess(fields, first, records);
  setUser(fields, first, meaning);
  setEnds(fields, first, call);
  if (meaning?.category.includes('file') || records.some(isTarget)) setFile(fields, first, records);
  const group = first('grp');
  if (group !== undefined) fields.group = { name: group };
  const service = first('unit');
  if (service !== undefined) fields.service = { name: service };
  setOwn(fields, values, records, call);
}

type First = (name: string) => string | undefined;

/** With log_format=ENRICHED the name stands beside the number. */
function callOf(first: First): string | undefined {
  const number = first('syscall');
  const name = first('SYSCALL');
  if (name !== undefined && !name.startsWith('unknown')) return name;
  return number === undefined ? undefined : (syscallName(first('arch') ?? '', number) ?? number);
}

const outcomes: Readonly<Record<string, string>> = {
  yes: 'success',
  no: 'failure',
  success: 'success',
  failed: 'failure',
  '1': 'success',
  '0': 'failure',
  allowed: 'success',
  denied: 'failure',
};

function setEvent(
  fields: JsonObject,
  first: First,
  meaning: AuditMeaning | undefined,
  records: readonly AuditRecord[],
): void {
  const event = objectAt(fields, 'event');
  const types = meaning === undefined ? [] : typesOf(meaning, first, records);
  if (meaning !== undefined) {
    event.category = [...meaning.category];
    event.type = [...types];
    event.action = first('apparmor') === undefined ? meaning.action : 'violated-apparmor-policy';
  }
  // That the record was written is no success of a program that crashed.
  const isAnomaly = records[0]?.type.startsWith('ANOM_') === true;
  const said = first('success') ?? first('res') ?? first('result') ?? types[0] ?? '';
  const outcome = isAnomaly ? undefined : outcomes[said];
  if (outcome !== undefined) event.outcome = outcome;
  const reason = records.find(({ words }) => words.startsWith('avc:'))?.words;
  if (reason !== undefined) event.reason = reason.replace(/\s+/g, ' ').replace(/ for$/, '');
}

const madeByOpening = new Set(['opened-file', 'accessed']);

/** What `auditallow` has written. */
const isGranted = (records: readonly AuditRecord[]): boolean =>
  records.some(({ words }) => /^avc: +granted/.test(words));

function typesOf(meaning: AuditMeaning, first: First, records: readonly AuditRecord[]): readonly string[] {
  if (first('apparmor') === 'ALLOWED' || first('permissive') === '1' || isGranted(records))
    return ['allowed'];
  const made = records.some(({ values }) => values.get('nametype') === 'CREATE');
  return made && madeByOpening.has(meaning.action) ? ['creation'] : meaning.type;
}

/** A command line of the kernel's, cut at what Windows allows. */
const maxCommandLine = 32_768;
const maxArguments = 1_024;

function setProcess(fields: JsonObject, first: First, records: readonly AuditRecord[]): void {
  const process: JsonObject = {};
  const pid = parseLong(first('pid') ?? '');
  if (pid !== undefined) process.pid = pid;
  const parent = parseLong(first('ppid') ?? '');
  if (parent !== undefined) process.parent = { pid: parent };
  for (const [key, name] of [
    ['name', 'comm'],
    ['executable', 'exe'],
    ['working_directory', 'cwd'],
  ] as const) {
    const text = first(name);
    if (text !== undefined) process[key] = text;
  }
  const called = argumentsOf(records);
  // The kernel puts a NUL behind each argument.
  const title = first('proctitle')?.replaceAll('\0', ' ');
  const command = first('cmd') ?? (called.length > 0 ? called.join(' ') : title);
  if (command !== undefined) process.command_line = command.slice(0, maxCommandLine);
  if (called.length > 0) Object.assign(process, { args: called, args_count: called.length });
  if (title !== undefined) process.title = title;
  if (Object.keys(process).length > 0) fields.process = process;
}

function argumentsOf(records: readonly AuditRecord[]): string[] {
  const execution = records.find(({ type }) => type === 'EXECVE')?.values;
  const called: string[] = [];
  for (let i = 0; i < maxArguments; i++) {
    const text = execution?.get(`a${i}`);
    if (text === undefined) break;
    called.push(text);
  }
  return called;
}

/**
 * `user` is who acts. The audit id, whom a session began as, is the one where a daemon acts in a person's name
 * (`auditd.log.auid`).
 */
function setUser(fields: JsonObject, first: First, meaning: AuditMeaning | undefined): void {
  const user: JsonObject = { ...identity(first, 'uid') };
  const effective = identity(first, 'euid');
  if (Object.keys(effective).length > 0) user.effective = effective;
  const group = identity(first, 'gid');
  if (Object.keys(group).length > 0) user.group = group;
  const account = first('acct') ?? first('ID');
  const id = first('id');
  if (account !== undefined || id !== undefined) {
    const named = {
      ...(account === undefined ? {} : { name: account }),
      ...(id === undefined ? {} : { id }),
    };
    if (meaning?.account === 'target') user.target = named;
    else Object.assign(user, account === undefined || id !== undefined ? {} : withoutName(user), named);
  }
  if (Object.keys(user).length > 0) fields.user = user;
}

/** Whoever asks for another's login has another id. */
function withoutName(user: JsonObject): JsonObject {
  delete user.id;
  delete user.name;
  return user;
}

function identity(first: First, name: string): JsonObject {
  const [id, text] = [first(name), first(name.toUpperCase())];
  return { ...(id === undefined ? {} : { id }), ...(text === undefined ? {} : { name: text }) };
}

const [setSource, setDestination, setServer] = [
  endpoint('source'),
  endpoint('destination'),
  endpoint('server'),
];
const incoming = new Set(['accept', 'accept4', 'recvfrom', 'recvmsg']);

function setEnds(fields: JsonObject, first: First, call: string | undefined): void {
  const address = ipAddress(first('addr') ?? '');
  const name = first('hostname');
  if (address !== undefined) {
    setSource(fields, address);
    // Without an address it is this host's own name.
    if (name !== undefined && name !== address) setSource(fields, name);
  }
  const socket = socketAddress(first('saddr') ?? '');
  if (socket === undefined) return;
  const isServer = call === 'bind' || call === 'listen';
  const [set, key] = isServer
    ? ([setServer, 'server'] as const)
    : incoming.has(call ?? '')
      ? ([setSource, 'source'] as const)
      : ([setDestination, 'destination'] as const);
  if ('path' in socket) {
    objectAt(objectAt(fields, 'auditd'), 'log').socket_path = socket.path;
    return;
  }
  set(fields, socket.address);
  objectAt(fields, key).port = socket.port;
  fields.network = { type: socket.address.includes(':') ? 'ipv6' : 'ipv4' };
}

const isTarget = ({ values }: AuditRecord): boolean =>
  values.get('nametype') === 'CREATE' || values.get('nametype') === 'DELETE';

const setPath = file('file');

/** The file that a call made or took away, or else the last that it named. */
function setFile(fields: JsonObject, first: First, records: readonly AuditRecord[]): void {
  const paths = records.filter(({ type, values }) => type === 'PATH' && values.has('name'));
  const found =
    paths.find(({ values }) => values.get('nametype') === 'CREATE') ??
    paths.find(isTarget) ??
    paths.findLast(({ values }) => values.get('nametype') !== 'PARENT');
  const name = found?.values.get('name');
  if (found === undefined || name === undefined) return;
  const directory = first('cwd');
  setPath(fields, name.startsWith('/') || directory === undefined ? name : `${directory}/${name}`);
  const described = objectAt(fields, 'file');
  for (const [key, from] of [
    ['inode', 'inode'],
    ['uid', 'ouid'],
    ['owner', 'OUID'],
    ['gid', 'ogid'],
    ['group', 'OGID'],
    ['device', 'dev'],
  ] as const) {
    const text = found.values.get(from);
    if (text !== undefined) described[key] = text;
  }
  const mode = found.values.get('mode');
  if (mode !== undefined && /^0\d{4,6}$/.test(mode)) described.mode = mode.slice(-4);
}

/** What ECS says as it is. */
const placed = new Set('pid ppid comm exe cwd syscall SYSCALL grp unit'.split(' '));
const maxValues = 64;
const maxName = 64;

function setOwn(
  fields: JsonObject,
  values: ReadonlyMap<string, string[]>,
  records: readonly AuditRecord[],
  call: string | undefined,
): void {
  const log = objectAt(objectAt(fields, 'auditd'), 'log');
  const types = records.map(({ type }) => type);
  log.record_type = types.length === 1 ? (types[0] as string) : types;
  if (call !== undefined) log.syscall = call;
  for (const [name, texts] of values) {
    if (placed.has(name) || name.length > maxName) continue;
    const shown = name === 'proctitle' ? texts.map((text) => text.replaceAll('\0', ' ')) : texts;
    // Several keys of one rule are parted by a control character.
    const all = name === 'key' ? shown.flatMap((text) => text.split('\x01')) : shown;
    addOwn(log, name, all.length === 1 ? (all[0] as string) : all.slice(0, maxValues));
  }
}
