import { datasetFacts, datasets } from '../event/dataset_sources.ts';
import { createLogSourceMatcher, type SourceFacts } from '../logsources.ts';
import type { LogSource } from '../rule.ts';
import { windowsTable } from '../windows_sources.ts';
import { escapeRegex } from './lucene_regex.ts';
import { and, every, exists, matching, not, oneOf, or, type Query } from './query.ts';

const matcher = createLogSourceMatcher(windowsTable);

/** Second parts of Linux' data sets that {@link datasetFacts} tells apart. */
const linuxNames =
  'auditd firewall sysmon accounts auth syslog sshd sudo su login polkitd useradd usermod userdel groupadd passwd cron systemd journald'.split(
    ' ',
  );
/** Data sets that hold several programs' lines. */
const mixed = '(linux|system)\\.(auth|syslog)';

/**
 * Which documents that are not of the Windows event log a log source may mean: as the engine routes, all but those that
 * state another source.
 */
export function otherDocuments(logsource: LogSource): Query {
  const { product } = logsource;
  const known = [...datasets.keys()].filter((name) => !name.includes('.'));
  const differs = (name: string): boolean => !means(logsource, name);
  // The module of a data set says enough where it differs.
  const exact = [...datasets.keys()].filter(
    (name) => name.includes('.') && !differs(name.split('.')[0] as string),
  );
  return and([
    not(exists('winlog.channel')),
    not(oneOf('event.module', known.filter(differs))),
    not(oneOf('event.dataset', exact.filter(differs))),
    not(linuxOfOthers(logsource)),
    product === undefined ? every : not(otherSystem(product)),
  ]);
}

/** Whether a log source means audit records of Linux. */
export const meansAuditd = (logsource: LogSource): boolean =>
  logsource.product === 'linux' && means(logsource, 'linux.auditd');

const isOf = ({ products }: SourceFacts, product: string): boolean => products?.has(product) ?? false;

const means = (logsource: LogSource, dataset: string, process = ''): boolean =>
  matcher.matches(
    logsource,
    datasetFacts({ dataset, module: '', os: '', process, categories: [], types: [] }),
  );

function linuxOfOthers(logsource: LogSource): Query {
  const names = [...new Set([...linuxNames, ...(logsource.service ? [logsource.service] : [])])];
  const usually = means(logsource, 'linux.any');
  const unlike = names.filter((name) => means(logsource, `linux.${name}`) !== usually).map(escapeRegex);
  const listed =
    unlike.length === 0 ? null : matching('event.dataset', `(linux|system)\\.(${unlike.join('|')})`);
  const all = matching('event.dataset', '(linux|system)\\..*');
  const others = usually ? (listed ?? or([])) : listed === null ? all : and([all, not(listed)]);
  const audit = means(logsource, 'auditd.log') ? or([]) : matching('event.dataset', 'auditd\\..*');
  return or([others, audit, otherPrograms(logsource, names)]);
}

/** In files that hold several programs' lines, those of programs that the log source does not mean. */
function otherPrograms(logsource: LogSource, names: readonly string[]): Query {
  const each = ['linux.auth', 'linux.syslog'].filter(
    (dataset) => means(logsource, dataset) && !means(logsource, dataset, 'any'),
  );
  if (each.length === 0) return or([]);
  const meant = names.filter((name) => means(logsource, each[0] as string, name));
  return and([
    each.length === 2
      ? matching('event.dataset', mixed)
      : matching('event.dataset', `(linux|system)\\.${(each[0] as string).slice('linux.'.length)}`),
    exists('process.name'),
    not(oneOf('process.name', meant)),
  ]);
}

/** Documents whose data set says nothing of the product, from a host with another operating system. */
function otherSystem(product: string): Query {
  const names = product === 'macos' ? ['macos', 'darwin'] : [product];
  const same = [...datasets].filter(([, facts]) => isOf(facts, product)).map(([name]) => name);
  return and([
    exists('host.os.type'),
    not(oneOf('host.os.type', names)),
    not(or([oneOf('event.module', same), oneOf('event.dataset', same)])),
    product === 'linux' ? not(matching('event.dataset', '(linux|system|auditd)\\..*')) : every,
  ]);
}
