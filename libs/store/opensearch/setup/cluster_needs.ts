import type { DataClassDefinition } from '../../classes.ts';
import { partitionsKept } from '../../partition.ts';
import { eventIndices } from '../index_name.ts';
import { request } from '../request.ts';
import type { Setup, SetupStep } from './step.ts';

/** Of alerts, and of changes of alerts. */
const otherIndices = 2;

/** Primary shards that Tidewatch's indices have at most, with one for each. */
export const shardsNeeded = (classes: readonly DataClassDefinition[], now: number): number =>
  classes.reduce((sum, { ttlMs }) => sum + partitionsKept(now, ttlMs), otherIndices);

interface Health {
  readonly status: 'green' | 'yellow' | 'red';
  readonly number_of_data_nodes: number;
  readonly active_shards: number;
}

interface Settings {
  readonly cluster?: { readonly max_shards_per_node?: string };
  readonly action?: { readonly auto_create_index?: string };
}

/**
 * What of the cluster would get in the way, sooner or later.
 *
 * @throws those of `request`
 */
export async function examineCluster(
  { connection }: Setup,
  classes: readonly DataClassDefinition[],
  now: number,
): Promise<SetupStep[]> {
  const get = async <T>(
    path: string,
    querystring: Record<string, string | boolean>,
  ): Promise<T | undefined> => {
    const params = { method: 'GET', path, querystring };
    const { status, body } = await request<T>(connection, params, 'the state of the cluster', [403]);
    return status === 200 ? body : undefined;
  };
  const health = await get<Health>('/_cluster/health', {
    filter_path: 'status,number_of_data_nodes,active_shards',
  });
  const settings = await get<Record<string, Settings>>('/_cluster/settings', {
    include_defaults: true,
    filter_path: '*.cluster.max_shards_per_node,*.action.auto_create_index',
  });
  if (health === undefined || settings === undefined)
    return [
      {
        what: 'state of the cluster',
        state: 'lacking',
        says: 'We have no right to look at it (cluster:monitor).',
      },
    ];
  const setting = (pick: (from: Settings) => string | undefined): string | undefined =>
    ['transient', 'persistent', 'defaults'].flatMap((level) => pick(settings[level] ?? {}) ?? [])[0];
  return [
    statusStep(health),
    shardStep(
      health,
      Number(setting(({ cluster }) => cluster?.max_shards_per_node)),
      shardsNeeded(classes, now),
    ),
    creationStep(setting(({ action }) => action?.auto_create_index) ?? 'true'),
    accessStep(connection.config),
  ];
}

function statusStep({ status, number_of_data_nodes: nodes }: Health): SetupStep {
  const what = 'state of the cluster';
  const says = `It is ${status}, with ${nodes} data ${nodes === 1 ? 'node' : 'nodes'}.`;
  if (status === 'red')
    return { what, state: 'lacking', says: `${says} What is red can be neither searched nor written.` };
  return { what, state: 'there', says };
}

function shardStep(
  { number_of_data_nodes, active_shards }: Health,
  perNode: number,
  needed: number,
): SetupStep {
  const what = 'room for shards';
  const most = number_of_data_nodes * perNode;
  const says = `Tidewatch's classes need ${needed} shards, and as many for each copy; ${active_shards} of ${most} are used.`;
  if (Number.isNaN(most) || needed < most) return { what, state: 'there', says };
  return { what, state: 'lacking', says: `${says} Add nodes, or raise cluster.max_shards_per_node.` };
}

/** Indices are made by the first event that goes to them. */
function creationStep(setting: string): SetupStep {
  const what = 'creation of indices';
  const allowed = (pattern: string): boolean =>
    new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(
      eventIndices.replace('*', 'class-2024-05-01'),
    );
  // Patterns are tried in order; one with a minus forbids.
  const first = setting
    .split(',')
    .map((pattern) => pattern.trim())
    .find((pattern) => allowed(pattern.replace(/^[+-]/, '')));
  if (setting === 'true' || (first !== undefined && !first.startsWith('-'))) return { what, state: 'there' };
  return {
    what,
    state: 'lacking',
    says: `action.auto_create_index is ${setting}: allow +tidewatch-*, or no event can be stored.`,
  };
}

function accessStep({ nodes, username, api_key_file, aws, tls }: Setup['connection']['config']): SetupStep {
  const what = 'access';
  const isOpen = [username, api_key_file, aws, tls?.certificate].every((one) => one === undefined);
  const isPlain = nodes.some((node) => node.startsWith('http:'));
  if (isOpen)
    return {
      what,
      state: 'lacking',
      says: 'We log in as nobody: whoever reaches the nodes reads all events.',
    };
  if (isPlain) return { what, state: 'lacking', says: 'Secrets and events travel unencrypted: use https.' };
  return { what, state: 'there' };
}
