import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { request } from '../request.ts';
import type { Setup, SetupStep } from './step.ts';

/** An index template as it stands in the cluster under its name. */
export interface IndexTemplate {
  readonly name: string;
  readonly body: JsonObject & { readonly version: number; readonly template: JsonObject };
}

interface InstalledTemplates {
  readonly index_templates?: readonly {
    readonly index_template: { readonly version?: number; readonly template?: JsonObject };
  }[];
}

/**
 * Installs an index template, unless this or one of a newer Tidewatch is there. Several processes may do it at once.
 *
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN
 */
export async function installTemplate(
  { connection, dryRun }: Setup,
  { name, body }: IndexTemplate,
): Promise<SetupStep> {
  const path = `/_index_template/${name}`;
  const what = `index template ${name}`;
  const found = await request<InstalledTemplates>(connection, { method: 'GET', path }, what, [404]);
  const installed = found.body.index_templates?.[0]?.index_template;
  const version = installed?.version ?? 0;
  if (version > body.version)
    return { what, state: 'there', says: `Version ${version} of a newer Tidewatch; it was left alone.` };
  const isSame =
    version === body.version && sameSettings(installed?.template?.settings, body.template.settings);
  if (isSame) return { what, state: 'there', says: `Version ${version}.` };
  if (!dryRun) await request(connection, { method: 'PUT', path, body }, what);
  if (installed === undefined) return { what, state: 'created', says: `Version ${body.version}.` };
  return {
    what,
    state: 'changed',
    says: version === body.version ? 'It has other settings now.' : `Version ${body.version} for ${version}.`,
  };
}

/** Whether settings say the same; the cluster gives every value back as text. */
function sameSettings(a: Json | undefined, b: Json | undefined): boolean {
  const [one, other] = [a, b].map((settings) => new Set(leaves(settings ?? null)));
  return JSON.stringify([...(one ?? [])].sort()) === JSON.stringify([...(other ?? [])].sort());
}

function leaves(value: Json, path = ''): string[] {
  if (!isObject(value)) return [`${path}=${Array.isArray(value) ? value.join() : value}`];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner ?? null, `${path}.${key}`));
}
