import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDataClasses } from '@tidewatch/store';
import type { SetupReport } from '@tidewatch/store/opensearch';
import { loadConfig } from '../config/load.ts';
import { reasonOf, startErrors } from '../errors.ts';

const dashboardsFile = 'dashboards/tidewatch.ndjson';

/**
 * Sets up the cluster of a configuration as a start does, and imports the dashboards where OpenSearch Dashboards is named.
 *
 * @throws NO_OPENSEARCH, FILE_UNREADABLE, those of `loadConfig`, `loadDataClasses`, `connectOpenSearch`, `setupOpenSearch`
 */
export async function setUpCluster(
  options: { readonly config?: string },
  root: string,
  dashboards: string | undefined,
  dryRun: boolean,
): Promise<SetupReport & { readonly nodes: readonly string[] }> {
  const config = await loadConfig(options, root);
  const { opensearch: given } = config.store;
  if (given === undefined) throw startErrors.NO_OPENSEARCH({});
  const classes = await loadDataClasses(config.classes);
  const opensearch = await import('@tidewatch/store/opensearch');
  const connection = await opensearch.connectOpenSearch(given);
  try {
    const report = await opensearch.setupOpenSearch(connection, classes, { dryRun });
    const file = join(root, dashboardsFile);
    const step =
      dashboards === undefined
        ? opensearch.byHand(file)
        : await opensearch.importDashboards(given, dashboards, await readObjects(file), dryRun);
    return { ...report, nodes: given.nodes, steps: [...report.steps, step] };
  } finally {
    await connection.close();
  }
}

async function readObjects(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(error) });
  }
}
