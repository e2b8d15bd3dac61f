import { isTidewatchError } from '@tidewatch/event';
import type { DataClasses } from '../../classes.ts';
import { installAlertIndices } from '../alert_index.ts';
import type { OpenSearchConnection, SearchServer } from '../client.ts';
import { partitionOf } from '../index_name.ts';
import { catalogueTemplate } from '../partition_catalogue.ts';
import { eventTemplate } from '../template.ts';
import { examineCluster } from './cluster_needs.ts';
import { updateEventIndices } from './event_indices.ts';
import { installTemplate } from './index_template.ts';
import { installIndex } from './lasting_index.ts';
import { installPolicies } from './policies.ts';
import type { Setup, SetupStep } from './step.ts';

export interface SetupReport {
  readonly server: SearchServer;
  /** Nothing was written: `created` and `changed` say what would be. */
  readonly dryRun: boolean;
  readonly steps: readonly SetupStep[];
}

/**
 * Sets up in a cluster what Tidewatch needs, as a server does at its start: templates, aliases, indices of alerts,
 * policies. Doing it again changes nothing, and several processes may do it at once. What Tidewatch can do without is a
 * step of the report where the cluster refuses it.
 *
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN where templates or indices cannot
 * be installed
 */
export async function setupOpenSearch(
  connection: OpenSearchConnection,
  classes: DataClasses,
  { dryRun = false, now = Date.now() }: { readonly dryRun?: boolean; readonly now?: number } = {},
): Promise<SetupReport> {
  const setup: Setup = { connection, dryRun };
  const steps = [await installTemplate(setup, eventTemplate(connection.config))];
  steps.push(...(await installAlertIndices(setup)), ...(await installIndex(setup, catalogueTemplate)));
  let indices: readonly string[] = [];
  steps.push(
    ...(await refusable('indices of events', async () => {
      const updated = await updateEventIndices(setup);
      indices = updated.indices;
      return [...updated.steps, ...unknownClasses(indices, classes)];
    })),
    ...(await refusable('policies', () => installPolicies(setup, classes.all, indices))),
    ...(await refusable('state of the cluster', () => examineCluster(setup, classes.all, now))),
  );
  return { server: connection.server, dryRun, steps };
}

/** Classes of which the cluster holds events, and that nobody defined: what was promised about them is lost. */
function unknownClasses(indices: readonly string[], classes: DataClasses): SetupStep[] {
  const held = new Set(indices.flatMap((index) => partitionOf(index)?.dataClass ?? []));
  return [...held]
    .filter((name) => classes.get(name) === undefined)
    .map((name) => ({
      what: `class ${name}`,
      state: 'refused',
      says: 'There are events of it, and it is not defined in governance/classes.yml: nothing deletes them.',
    }));
}

/** Steps without which Tidewatch does its work all the same. */
async function refusable(
  what: string,
  work: () => Promise<readonly SetupStep[]>,
): Promise<readonly SetupStep[]> {
  try {
    return await work();
  } catch (error) {
    if (!isTidewatchError(error)) throw error;
    return [{ what, state: 'refused', says: error.message }];
  }
}
