import { randomUUID } from 'node:crypto';
import { errors as clientErrors } from '@opensearch-project/opensearch';
import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { openClient } from '../client.ts';
import type { OpenSearchConfig } from '../config.ts';
import { openCredentials } from '../credentials.ts';
import type { SetupStep } from './step.ts';

const what = 'dashboards';

/** What somebody does who gives no address of OpenSearch Dashboards. */
export const byHand = (file: string): SetupStep => ({
  what,
  state: 'lacking',
  says: `Give the address of OpenSearch Dashboards with --dashboards URL, or import ${file} there under Dashboards Management > Saved objects > Import.`,
});

/**
 * Imports saved objects into OpenSearch Dashboards, over those of the same ids, as the cluster's user and into what all
 * tenants share (its documentation: "Saved Objects APIs", "Import saved objects").
 *
 * @param url of Dashboards, with its base path where it has one
 * @param ndjson as Dashboards exports objects
 * @throws OPENSEARCH_FILE_UNREADABLE
 */
export async function importDashboards(
  config: OpenSearchConfig,
  url: string,
  ndjson: string,
  dryRun: boolean,
): Promise<SetupStep> {
  const objects = ndjson.split('\n').filter((line) => line.includes('"attributes"')).length;
  if (dryRun) return { what, state: 'changed', says: `${objects} saved objects go to ${url}.` };
  const client = await openClient({ ...config, nodes: [url] }, await openCredentials(config));
  try {
    const boundary = randomUUID();
    const { body } = await client.transport.request(
      {
        method: 'POST',
        path: '/api/saved_objects/_import',
        querystring: { overwrite: true },
        body: multipart(boundary, ndjson),
      },
      {
        headers: {
          'content-type': `multipart/form-data; boundary=${boundary}`,
          'osd-xsrf': 'true',
          securitytenant: 'global',
        },
      },
    );
    return outcome(url, body, objects);
  } catch (error) {
    return { what, state: 'refused', says: `${url}: ${reasonOf(error)}` };
  } finally {
    await client.close();
  }
}

const multipart = (boundary: string, ndjson: string): string =>
  [
    `--${boundary}`,
    'Content-Disposition: form-data; name="file"; filename="tidewatch.ndjson"',
    'Content-Type: application/ndjson',
    '',
    ndjson,
    `--${boundary}--`,
    '',
  ].join('\r\n');

function outcome(url: string, body: unknown, objects: number): SetupStep {
  const answer: JsonObject = isObject(body as Json) ? (body as JsonObject) : {};
  const { success, successCount, successResults, errors } = answer;
  if (typeof success !== 'boolean')
    return { what, state: 'refused', says: `${url} does not answer as OpenSearch Dashboards does.` };
  if (success && successCount === objects) {
    const results = Array.isArray(successResults) ? successResults : [];
    const replaced = results.filter((one) => isObject(one) && one.overwrite === true).length;
    return {
      what,
      state: 'changed',
      says: `${objects} saved objects imported, ${replaced} over older ones.`,
    };
  }
  const reasons = (Array.isArray(errors) ? errors : []).map((one) => {
    const { type, id, error }: JsonObject = isObject(one) ? one : {};
    return `${type} ${id}: ${isObject(error) ? (error.message ?? error.type) : 'no reason'}`;
  });
  const says = `${successCount ?? 0} of ${objects} saved objects imported. ${reasons.slice(0, 3).join('; ')}`;
  return { what, state: 'refused', says };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof clientErrors.ResponseError)) return (error as Error).message;
  const { statusCode, body } = error.meta;
  const text = isObject(body) && typeof body.message === 'string' ? body.message : 'no reason given';
  const where = statusCode === 404 ? '. Give the address of Dashboards, with its base path' : '';
  return `answered ${statusCode}: ${text}${where}.`;
}
