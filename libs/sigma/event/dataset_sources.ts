import { fieldTable, type SourceEntry } from '../field_table/index.ts';
import type { SourceFacts } from '../logsources.ts';

const set = (...members: string[]): ReadonlySet<string> => new Set(members);
const none = set();

/** Modules whose data sets are told apart below, by their names alone. */
const ownRules = /^(?:windows|linux|system|auditd)(?:\.|$)/;

const statesOf = (entries: readonly SourceEntry[], part: keyof SourceEntry['logsource']): string[] =>
  entries.flatMap(({ logsource }) => logsource[part] ?? []);

/** Rules for a service may also say `application`; its own name is a data set's service. */
function factsOf(name: string, entries: readonly SourceEntry[]): SourceFacts {
  const [module = '', ...rest] = name.split('.');
  const services = statesOf(entries, 'service');
  return {
    products: set(module, ...statesOf(entries, 'product')),
    categories: set(...statesOf(entries, 'category'), ...(services.length === 0 ? [] : ['application'])),
    ...(rest.length === 0 ? {} : { services: set(module, rest.join('.'), name, ...services) }),
  };
}

/** What the data set (`event.dataset`), or else its module, says about the source in Sigma's words: as the table has it. */
export const datasets: ReadonlyMap<string, SourceFacts> = new Map<string, SourceFacts>([
  ['windows', { products: set('windows') }],
  ...namesIn(fieldTable).map((name): [string, SourceFacts] => [
    name,
    factsOf(
      name,
      fieldTable.filter((entry) => entry.datasets.some((each) => isOf(each, name))),
    ),
  ]),
]);

/** Data sets by their names, and their modules. */
function namesIn(table: readonly SourceEntry[]): string[] {
  const names = table.flatMap((entry) => entry.datasets).filter((name) => !ownRules.test(name));
  return [...new Set(names.flatMap((name) => [name.split('.')[0] as string, name]))];
}

/** Whether an entry that names a data set or module says something of another: of itself, of its module, of what is in it. */
function isOf(named: string, name: string): boolean {
  return named === name || named.startsWith(`${name}.`) || name.startsWith(`${named}.`);
}

/** Objects below which the fields of a data set may stand under their own names; all that are known for one that is not. */
export function namespacesOf(dataset: string, module: string): string[] {
  const known = [dataset, module].find((name) => datasets.has(name));
  const named = isLinuxDataset(dataset)
    ? fieldTable.filter(({ logsource }) => logsource.product === 'linux')
    : fieldTable.filter((entry) => known === undefined || entry.datasets.some((each) => isOf(each, known)));
  return named.flatMap((entry) => entry.namespaces ?? []).filter((name) => !name.startsWith('winlog'));
}

/** Categories of hosts' events by `event.category` and, where it matters, `event.type` in ECS. */
const hostCategories: readonly (readonly [category: string, type: string | null, ...sigma: string[]])[] = [
  ['process', 'start', 'process_creation'],
  ['process', 'end', 'process_termination'],
  ['process', 'access', 'process_access'],
  [
    'file',
    null,
    'file_event',
    'file_access',
    'file_change',
    'file_delete',
    'file_rename',
    'create_stream_hash',
    'file_executable_detected',
    'file_delete_detected',
    'pipe_created',
  ],
  ['network', null, 'network_connection', 'dns_query'],
  ['registry', null, 'registry_event', 'registry_add', 'registry_delete', 'registry_set', 'registry_rename'],
  ['library', null, 'image_load'],
  ['driver', null, 'driver_load'],
];

/** Categories that such an event is none of; nothing where it does not say what it is. */
function notOf(categories: readonly string[], types: readonly string[]): SourceFacts {
  if (categories.length === 0) return {};
  const meant = new Set(
    hostCategories.flatMap(([category, type, ...sigma]) =>
      categories.includes(category) && (type === null || types.length === 0 || types.includes(type))
        ? sigma
        : [],
    ),
  );
  const others = hostCategories.flatMap(([, , ...sigma]) => sigma).filter((name) => !meant.has(name));
  return { notCategories: new Set(others) };
}

/** Programs whose lines go to auth.log, by the data set's second part or the process's name. */
const authServices = set(
  'sshd',
  'sudo',
  'su',
  'login',
  'polkitd',
  'useradd',
  'usermod',
  'userdel',
  'groupadd',
  'passwd',
);

/** What events that are not of the Windows event log say about their source by ECS's fields; empty where they don't. */
export interface DatasetOrigin {
  readonly dataset: string;
  readonly module: string;
  readonly os: string;
  readonly process: string;
  /** `event.category` and `event.type`, of events whose data set does not say what they are. */
  readonly categories: readonly string[];
  readonly types: readonly string[];
}

/** Equal keys mean equal facts. */
export function datasetKey({ dataset, module, os, process, categories, types }: DatasetOrigin): string {
  const kinds = categories.length === 0 ? '' : `${categories.join(' ')}\0${types.join(' ')}`;
  return `${dataset}\0${module}\0${os}\0${isLinuxDataset(dataset) ? process : ''}\0${kinds}`;
}

/** Whether a data set holds events of several of Sigma's categories. */
export const isMixed = (dataset: string, module: string): boolean =>
  /^(?:auditd\.|linux\.(?:auditd|sysmon)$)/.test(dataset) ||
  !(isLinuxDataset(dataset) || datasets.has(dataset) || datasets.has(module));

/** What the origin means in Sigma's words; unknown stays unknown. */
export function datasetFacts(origin: DatasetOrigin): SourceFacts {
  const dataset = origin.dataset.toLowerCase();
  const module = origin.module.toLowerCase() || (dataset.split('.')[0] as string);
  if (isLinuxDataset(dataset)) {
    return {
      ...linuxFacts(dataset, origin.process.toLowerCase()),
      ...notOf(origin.categories, origin.types),
    };
  }
  const known = datasets.get(dataset) ?? datasets.get(module);
  if (known !== undefined) return known;
  const os = origin.os.toLowerCase();
  const products = os === '' ? {} : { products: set(os === 'darwin' ? 'macos' : os) };
  return { ...products, ...notOf(origin.categories, origin.types) };
}

const isLinuxDataset = (dataset: string): boolean => /^(?:linux|system|auditd)\./i.test(dataset);

function linuxFacts(dataset: string, process: string): SourceFacts {
  const products = set('linux');
  const [module, name = ''] = dataset.split('.');
  if (module === 'auditd' || name === 'auditd') return { products, services: set('auditd') };
  if (name === 'firewall')
    return { products, categories: set('firewall'), services: set('syslog', 'iptables') };
  if (name === 'sysmon') return { products, services: set('sysmon') };
  if (name === 'accounts') return { products, categories: none, services: set('auth') };
  if (name !== 'auth' && name !== 'syslog') {
    const named = fieldTable.filter((entry) => entry.datasets.includes(dataset));
    const services = set(name, authServices.has(name) ? 'auth' : 'syslog');
    return { products, categories: set(...statesOf(named, 'category')), services };
  }
  // Files that hold several programs' lines: which one's is told by the process, where it is known.
  if (process === '') return { products, categories: none };
  return {
    products,
    categories: none,
    services: set(name, process, ...(authServices.has(process) ? ['auth'] : [])),
  };
}
