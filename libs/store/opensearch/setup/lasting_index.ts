import type { JsonObject } from '@tidewatch/event';
import { request } from '../request.ts';
import { type IndexTemplate, installTemplate } from './index_template.ts';
import type { Setup, SetupStep } from './step.ts';

/**
 * Sees to it that an index is there that nobody deletes, and has the fields of its template. Several processes may do it at
 * once.
 *
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN
 */
export async function installIndex(setup: Setup, template: IndexTemplate): Promise<SetupStep[]> {
  const { connection, dryRun } = setup;
  const step = await installTemplate(setup, template);
  const [what, path] = [`index ${template.name}`, `/${template.name}`];
  const head = await request(connection, { method: 'HEAD', path }, what, [404]);
  if (head.status !== 404) return [step, await updateMapping(setup, template)];
  // 400: another process has just made it.
  if (!dryRun) await request(connection, { method: 'PUT', path }, what, [400]);
  return [step, { what, state: 'created' }];
}

type Metas = Readonly<
  Record<string, { readonly mappings: { readonly _meta?: { readonly template_version?: number } } }>
>;

/** Adds to an index what a newer template has; it stays for ever, so that no next one would have it. */
async function updateMapping(
  { connection, dryRun }: Setup,
  { name, body }: IndexTemplate,
): Promise<SetupStep> {
  const [what, path] = [`index ${name}`, `/${name}/_mapping`];
  const { body: metas } = await request<Metas>(connection, { method: 'GET', path }, what);
  const version = Object.values(metas)[0]?.mappings._meta?.template_version ?? 0;
  if (version >= body.version) return { what, state: 'there' };
  const changed = { what, state: 'changed', says: 'It got the new fields.' } as const;
  if (dryRun) return changed;
  const params = { method: 'PUT', path, body: body.template.mappings as JsonObject };
  const answer = await request<{ readonly error?: { readonly reason?: string } }>(
    connection,
    params,
    what,
    [400],
  );
  if (answer.status === 200) return changed;
  return { what, state: 'refused', says: `It keeps its fields: ${answer.body.error?.reason}` };
}
