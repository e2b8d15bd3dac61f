import type { JsonObject } from '@tidewatch/event';
import { eventIndices } from '../index_name.ts';
import { request } from '../request.ts';
import { eventAlias, eventTemplate, templateVersion } from '../template.ts';
import type { Setup, SetupStep } from './step.ts';

type ByIndex<T> = Readonly<Record<string, T>>;
type Aliases = ByIndex<{ readonly aliases: ByIndex<unknown> }>;
type Metas = ByIndex<{ readonly mappings: { readonly _meta?: { readonly template_version?: number } } }>;
type Settings = ByIndex<{
  readonly settings?: { readonly index?: { readonly refresh_interval?: string; readonly codec?: string } };
}>;

/**
 * Brings the indices that older templates made as near to today's as the cluster allows: the alias, fields that came
 * new, how often they are refreshed. What cannot be changed in an index is right from its class's next partition on.
 *
 * @returns steps, and the names of the indices
 * @throws those of `request`
 */
export async function updateEventIndices(
  setup: Setup,
): Promise<{ readonly steps: SetupStep[]; readonly indices: readonly string[] }> {
  const what = 'indices of events';
  const get = async <T>(api: string, querystring: Record<string, string> = {}): Promise<T> => {
    const params = {
      method: 'GET',
      path: `/${eventIndices}/${api}`,
      querystring: { expand_wildcards: 'open', ...querystring },
    };
    return (await request<T>(setup.connection, params, what)).body;
  };
  const aliases = await get<Aliases>('_alias');
  const indices = Object.keys(aliases);
  if (indices.length === 0) return { steps: [], indices };
  const metas = await get<Metas>('_mapping', { filter_path: '*.mappings._meta' });
  const settings = await get<Settings>('_settings/index.refresh_interval,index.codec');
  const behind = indices.filter(
    (index) => (metas[index]?.mappings._meta?.template_version ?? 0) < templateVersion,
  );
  const steps = [
    await addAlias(
      setup,
      indices.filter((index) => aliases[index]?.aliases[eventAlias] === undefined),
    ),
    ...(await updateMappings(setup, behind)),
    ...(await updateSettings(setup, indices, settings)),
  ];
  return { steps, indices };
}

async function addAlias({ connection, dryRun }: Setup, without: readonly string[]): Promise<SetupStep> {
  const what = `alias ${eventAlias}`;
  if (without.length === 0) return { what, state: 'there' };
  const actions = without.map((index) => ({ add: { index, alias: eventAlias } }));
  const params = { method: 'POST', path: '/_aliases', body: { actions } };
  if (!dryRun) await request(connection, params, what);
  return { what, state: 'changed', says: `${counted(without)} got it.` };
}

async function updateMappings(
  { connection, dryRun }: Setup,
  behind: readonly string[],
): Promise<SetupStep[]> {
  const what = 'mapping of events';
  if (behind.length === 0) return [{ what, state: 'there', says: `Version ${templateVersion}.` }];
  if (dryRun)
    return [{ what, state: 'changed', says: `${counted(behind)} made by older versions: ${list(behind)}.` }];
  const body = eventTemplate(connection.config).body.template.mappings as JsonObject;
  const changed: string[] = [];
  const later = new Map<string, string[]>();
  for (const index of behind) {
    const params = { method: 'PUT', path: `/${index}/_mapping`, body };
    const answer = await request<Refusal>(connection, params, what, [400, 404]);
    // One that is gone by now was past its time.
    if (answer.status === 404) continue;
    if (answer.status === 200) changed.push(index);
    else {
      const reason = answer.body.error?.reason ?? 'it was refused';
      later.set(reason, [...(later.get(reason) ?? []), index]);
    }
  }
  return [
    ...(changed.length === 0
      ? []
      : [{ what, state: 'changed', says: `${counted(changed)} got the new fields.` } as const]),
    ...[...later].map(
      ([reason, indices]): SetupStep => ({
        what,
        state: 'later',
        says: `${counted(indices)} (${list(indices)}) keep what they have: ${reason}. It takes effect with the next partition.`,
      }),
    ),
  ];
}

async function updateSettings(
  { connection, dryRun }: Setup,
  indices: readonly string[],
  settings: Settings,
): Promise<SetupStep[]> {
  const { refresh_interval, codec } = connection.config.index;
  const what = 'settings of events';
  const ofIndex = (index: string) => settings[index]?.settings?.index;
  const slow = indices.filter((index) => ofIndex(index)?.refresh_interval !== refresh_interval);
  const packed = indices.filter((index) => (ofIndex(index)?.codec ?? 'default') !== codec);
  if (slow.length + packed.length === 0) return [{ what, state: 'there' }];
  if (!dryRun && slow.length > 0)
    await request(
      connection,
      {
        method: 'PUT',
        path: `/${eventIndices}/_settings`,
        querystring: { expand_wildcards: 'open', allow_no_indices: true },
        body: { index: { refresh_interval } },
      },
      what,
    );
  return [
    ...(slow.length === 0
      ? []
      : [
          {
            what,
            state: 'changed',
            says: `${counted(slow)} are refreshed every ${refresh_interval}.`,
          } as const,
        ]),
    ...(packed.length === 0
      ? []
      : [
          {
            what,
            state: 'later',
            says: `${counted(packed)} keep the codec they were made with; ${codec} takes effect with the next partition.`,
          } as const,
        ]),
  ];
}

interface Refusal {
  readonly error?: { readonly reason?: string };
}

const counted = (indices: readonly string[]): string =>
  indices.length === 1 ? '1 index' : `${indices.length} indices`;

const list = (indices: readonly string[]): string =>
  indices.length <= 3 ? indices.join(', ') : `${indices.slice(0, 2).join(', ')} and others`;
