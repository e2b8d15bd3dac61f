import { ecsRoots, ecsSystemPaths, namelessData, sameFields, winlogPaths } from '../event/field_names.ts';
import { entriesFor, fieldTable, readingsOf } from '../field_table/index.ts';
import type { LogSource } from '../rule.ts';
import { windowsTable } from '../windows_sources.ts';
import { meansAuditd } from './other_documents.ts';

/** Where a rule's field stands in documents. */
export interface Target {
  /** The fields of the first group of which one is there are read, all of them. */
  readonly groups: readonly (readonly string[])[];
  /** A field that holds the same but for empty values and dashes, and is indexed up to 8,191 characters. */
  readonly whole?: string;
  /** The same as an address or a number of ECS, for what is asked of these. */
  readonly typed?: string;
  /** What rules call a value, by the word in lower case that stands at the path. */
  readonly words?: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What the engine reads together where an event has it. */
  readonly joined?: string;
}

/** The name as the rule writes it, and without the spaces that some sources have in it. */
export interface FieldName {
  readonly field: string;
  readonly written: string;
}

export type FieldResolver = (name: FieldName) => Target;

const systemPath = new Map(winlogPaths.map(([path, field]) => [field, `winlog.${path}`]));
/** Channels whose events have no UserData: Sysmon's and PowerShell's. */
const withoutUserData = new Set(['sysmon', 'powershell', 'powershell-classic']);

const processFields: ReadonlyMap<string, string> = new Map([
  ['Image', 'process.executable'],
  ['ParentImage', 'process.parent.executable'],
  ['CommandLine', 'process.command_line'],
  ['ParentCommandLine', 'process.parent.command_line'],
]);
const registryFields: ReadonlyMap<string, string> = new Map([['Details', 'registry.data.strings']]);
const typedFields: ReadonlyMap<string, string> = new Map([
  ['SourcePort', 'source.port'],
  ['IpPort', 'source.port'],
  ['DestinationPort', 'destination.port'],
  ['DestPort', 'destination.port'],
  ['SourceIp', 'source.ip'],
  ['SourceAddress', 'source.ip'],
  ['IpAddress', 'source.ip'],
  ['DestinationIp', 'destination.ip'],
  ['DestAddress', 'destination.ip'],
]);

/** Fields of documents below `winlog`: what the source itself wrote comes first. */
export function windowsFields({ category, service }: LogSource): FieldResolver {
  const alternatives = category === undefined ? [] : (windowsTable.categories.get(category) ?? []);
  const sources = service === undefined ? alternatives.map((each) => each.service) : [service];
  const bare = sources.length > 0 && sources.every((each) => withoutUserData.has(each ?? ''));
  const spaced = service === 'windefend' || category === 'antivirus';
  const renamed = alternatives.flatMap(({ fields = [] }) => fields);
  const data = (name: string): string[] => [
    `winlog.event_data.${name}`,
    ...(bare || category === 'process_creation' ? [] : [`winlog.user_data.${name}`]),
  ];
  const named = (name: string): string[] => {
    const apart = spaced ? name.replace(/([a-z])(?=[A-Z])/g, '$1 ') : name;
    return [...data(name), ...(apart === name ? [] : data(apart))];
  };
  return ({ field, written }) => {
    if (field.includes('.') || field === '@timestamp') return { groups: [[field]] };
    const system = systemPath.get(field);
    if (system !== undefined) return { groups: [[system]] };
    const other = sameFields.filter(([, to]) => to === field).map(([from]) => from);
    const same = other.flatMap((from) => systemPath.get(from) ?? (from === 'message' ? [from] : []));
    const own = [
      ...named(field),
      ...(written === field ? [] : data(written)),
      ...renamed.filter(([, to]) => to === field).flatMap(([from]) => named(from)),
      ...(field === 'Data' ? namelessData.flatMap(data) : []),
    ];
    const whole = wholeField(category, field);
    const typed = typedFields.get(field);
    return {
      groups: same.length === 0 ? [own] : [own, same],
      ...(whole === undefined ? {} : { whole }),
      ...(typed === undefined ? {} : { typed }),
    };
  };
}

function wholeField(category: string | undefined, field: string): string | undefined {
  if (category === 'process_creation') return processFields.get(field);
  return category?.startsWith('registry_') ? registryFields.get(field) : undefined;
}

/** Fields that the engine puts together from several: what the query reads instead, and what the engine reads. */
const joined: ReadonlyMap<string, string> = new Map([
  ['User', 'user.domain and user.name'],
  ['CommandLine', 'process.args'],
]);

/** Names of ECS, which rules of one's own are written in. */
const isEcs = (field: string): boolean => field.includes('.') && ecsRoots.has(field.split('.')[0] as string);

/** Where keywords are looked for in documents below `winlog`, beside `message`: in what Windows wrote. */
export const windowsAnywhere: readonly string[] = ['winlog.*'];

const sourceFields = ['generic', 'process', 'user', 'url', 'http', 'user_agent'];

/** Where the documents of a log source's own vendor stand, where it names one. */
function namespacesOf(logsource: LogSource): string[] {
  if (logsource.product === undefined) return [];
  const entries = entriesFor(fieldTable, meansAuditd(logsource) ? { product: 'linux' } : logsource);
  return [...new Set(entries.flatMap(({ namespaces = [] }) => namespaces))].filter(
    (name) => !name.startsWith('winlog'),
  );
}

/** Where keywords are looked for in all other documents: not in all fields, since each is a clause. */
export const otherAnywhere = (logsource: LogSource): readonly string[] =>
  [...sourceFields, ...namespacesOf(logsource)].map((name) => `${name}.*`);

/** Fields of all other documents: under their own name, below their source's, or under ECS's. */
export function otherFields(logsource: LogSource): FieldResolver {
  const prefixes = ['', 'generic.', ...namespacesOf(logsource).map((name) => `${name}.`)];
  const readings = readingsOf(entriesFor(fieldTable, logsource));
  return ({ field, written }) => {
    const spellings = written === field ? [field] : [field, written];
    const own = isEcs(field) ? [field] : spellings.flatMap((name) => prefixes.map((prefix) => prefix + name));
    const same = sameFields.filter(([, to]) => to === field).map(([from]) => from);
    const system = ecsSystemPaths.filter(([, to]) => to === field).map(([path]) => path);
    const known = readings.get(field) ?? [];
    const at = (wanted: number): string[] =>
      known.filter(({ order }) => order === wanted).map(({ path }) => path);
    const orders = [...new Set(known.map(({ order }) => order))].filter((order) => order >= 0);
    const ofTable = orders.sort((a, b) => a - b).map(at);
    const groups = [[...own, ...at(-1)], same, system, ...ofTable].filter((group) => group.length > 0);
    const words = new Map(
      known.flatMap(({ path, values }) => (values === undefined ? [] : [[path, values]])),
    );
    const together = joined.get(field);
    return { groups, words, ...(together === undefined ? {} : { joined: together }) };
  };
}
