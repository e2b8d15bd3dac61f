import { applications } from './applications.ts';
import { cloud } from './cloud.ts';
import type { SourceEntry } from './entry.ts';
import { hosts } from './hosts.ts';
import { linux } from './linux.ts';
import { microsoft } from './microsoft.ts';
import { network } from './network.ts';
import { web } from './web.ts';
import { windows } from './windows.ts';
import { zeekLogs } from './zeek.ts';

export { type FieldRule, ruleOf, type SourceEntry } from './entry.ts';
export { bySpecificity, entriesFor, placesIn, readingsOf } from './lookup.ts';

/**
 * From each of Sigma's log sources to the data sets that its events come from and the paths at which its fields stand
 * after normalisation; parsers fill these paths, rules are read through them. ECS comes first where it has the field
 * (ECS 9), otherwise the names of Elastic's integrations and the source's own, below its module's name. Log sources and
 * fields: Sigma's specification 2.1.0 (taxonomy appendix) and what SigmaHQ's rules ask for.
 */
export const fieldTable: readonly SourceEntry[] = [
  ...hosts,
  ...windows,
  ...linux,
  ...web,
  ...network,
  ...zeekLogs,
  ...cloud,
  ...microsoft,
  ...applications,
];
