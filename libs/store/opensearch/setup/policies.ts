import { type DataClass, isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { DataClassDefinition } from '../../classes.ts';
import { longestPartition, partitionPeriod } from '../../partition.ts';
import { chunks } from '../index_layout.ts';
import { eventIndex, eventIndices, partitionOf } from '../index_name.ts';
import { request } from '../request.ts';
import type { Setup, SetupStep } from './step.ts';

const hour = 3_600_000;
/** Ingestion times are of our clocks, an index's age is of the cluster's. */
const clockSkew = 24 * hour;

export const policyId = (dataClass: DataClass): string => `tidewatch-events-${dataClass}`;

/**
 * An index's least age at which nothing in it may be kept any longer, in milliseconds. It is made with its partition's
 * first event or later, and its last one comes at the partition's end: no earlier than Tidewatch's own job would drop it.
 *
 * @param indices those that are there; they may be of longer partitions, from when the class had another time to live
 */
export function leastAge(
  { name, ttlMs, minimumMs = 0 }: DataClassDefinition,
  indices: readonly string[],
): number {
  const lengths = indices.flatMap((index) => {
    const place = partitionOf(index);
    const period = place?.dataClass === name ? partitionPeriod(place.partition) : undefined;
    return period === undefined ? [] : [period.to - period.from];
  });
  return Math.max(ttlMs, minimumMs) + Math.max(longestPartition(ttlMs), ...lengths) + clockSkew;
}

/**
 * A class's time to live as a policy of Index State Management, which the OpenSearch documentation describes under
 * "Index State Management: Policies".
 */
export const policyOf = (dataClass: DataClassDefinition, indices: readonly string[]): JsonObject => ({
  description: `Tidewatch keeps events of the class ${dataClass.name} for ${dataClass.ttl}. Its own job deletes them; this is the net below it.`,
  default_state: 'kept',
  states: [
    {
      name: 'kept',
      actions: [],
      transitions: [
        {
          state_name: 'deleted',
          conditions: { min_index_age: `${Math.ceil(leastAge(dataClass, indices) / hour)}h` },
        },
      ],
    },
    { name: 'deleted', actions: [{ delete: {} }], transitions: [] },
  ],
  ism_template: [{ index_patterns: [eventIndex(dataClass.name, '*')], priority: 100 }],
});

interface Policy {
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly policy: Json;
}

interface Managed {
  readonly policy_id?: string | null;
  readonly policy_seq_no?: number | null;
}

const what = 'retention by Index State Management';

/**
 * Installs a policy for each class and gives it to the class's indices, where the cluster has the plugin. It is a net
 * below Tidewatch's own job, which deletes first: it never deletes earlier, and nothing waits for it.
 *
 * @param indices of events, as they are there
 * @throws those of `request`
 */
export async function installPolicies(
  setup: Setup,
  classes: readonly DataClassDefinition[],
  indices: readonly string[],
): Promise<SetupStep[]> {
  if (!(await hasPlugin(setup)))
    return [
      { what, state: 'lacking', says: 'The cluster has no plugin for it; Tidewatch deletes by itself.' },
    ];
  const managed = await managedIndices(setup);
  const steps: SetupStep[] = [];
  for (const dataClass of classes) {
    const { step, sequence } = await installPolicy(setup, dataClass, indices);
    steps.push(step);
    if (step.state === 'refused') continue;
    const own = indices.filter((index) => partitionOf(index)?.dataClass === dataClass.name);
    steps.push(...(await attach(setup, policyId(dataClass.name), sequence, own, managed)));
  }
  return steps;
}

async function hasPlugin({ connection }: Setup): Promise<boolean> {
  if (connection.server.flavour !== 'opensearch') return false;
  const params = { method: 'GET', path: '/_plugins/_ism/policies', querystring: { size: 1 } };
  // 400: no handler; 404: the plugin, before its first policy.
  const { status, body } = await request<Json>(connection, params, what, [400, 404, 405]);
  return status === 200 || (status === 404 && isObject(body) && isObject(body.error));
}

/** Which policy each index has by now, and in which version. */
async function managedIndices({ connection }: Setup): Promise<ReadonlyMap<string, Managed>> {
  const params = { method: 'GET', path: `/_plugins/_ism/explain/${eventIndices}` };
  const { status, body } = await request<Record<string, Managed | number>>(connection, params, what, [404]);
  if (status === 404) return new Map();
  return new Map(
    Object.entries(body).flatMap(([index, one]): [string, Managed][] =>
      typeof one === 'object' ? [[index, one]] : [],
    ),
  );
}

/** @returns `sequence`: the number of the policy's version, where it is known */
async function installPolicy(
  { connection, dryRun }: Setup,
  dataClass: DataClassDefinition,
  indices: readonly string[],
): Promise<{ readonly step: SetupStep; readonly sequence?: number }> {
  const id = policyId(dataClass.name);
  const path = `/_plugins/_ism/policies/${id}`;
  const policy = policyOf(dataClass, indices);
  const one = `policy ${id}`;
  const found = await request<Policy>(connection, { method: 'GET', path }, what, [404]);
  const { _seq_no: if_seq_no, _primary_term: if_primary_term } = found.body;
  const isThere = found.status === 200;
  if (isThere && holds(found.body.policy, policy))
    return { step: { what: one, state: 'there', says: `${dataClass.ttl}.` }, sequence: if_seq_no };
  const step = { what: one, state: isThere ? 'changed' : 'created', says: `${dataClass.ttl}.` } as const;
  if (dryRun) return { step };
  const querystring = isThere ? { if_seq_no, if_primary_term } : {};
  const params = { method: 'PUT', path, querystring, body: { policy } };
  const { status, body } = await request<Partial<Policy> & Refusal>(connection, params, what, [400, 409]);
  if (status === 409)
    return { step: { what: one, state: 'there', says: 'Another process has just written it.' } };
  if (status === 400)
    return { step: { what: one, state: 'refused', says: body.error?.reason ?? 'No reason.' } };
  return { step, ...(body._seq_no !== undefined && { sequence: body._seq_no }) };
}

/** Gives a policy to the class's indices that have none, or an older version; somebody else's stays. */
async function attach(
  setup: Setup,
  id: string,
  sequence: number | undefined,
  indices: readonly string[],
  managed: ReadonlyMap<string, Managed>,
): Promise<SetupStep[]> {
  const ofIndex = (index: string): string | undefined => managed.get(index)?.policy_id ?? undefined;
  const isOld = (index: string): boolean => {
    const version = managed.get(index)?.policy_seq_no ?? undefined;
    return version !== undefined && sequence !== undefined && version !== sequence;
  };
  const without = indices.filter((index) => ofIndex(index) === undefined);
  const old = indices.filter((index) => ofIndex(index) === id && isOld(index));
  const others = indices.filter((index) => ![undefined, id].includes(ofIndex(index)));
  return [
    ...(await giveTo(setup, 'add', id, without)),
    ...(await giveTo(setup, 'change_policy', id, old)),
    ...others.map(
      (index): SetupStep => ({
        what: `policy of ${index}`,
        state: 'refused',
        says: `${ofIndex(index)} manages it, which Tidewatch did not make: see that it deletes nothing early, or remove it from the index.`,
      }),
    ),
  ];
}

interface Refusal {
  readonly error?: { readonly reason?: string };
}

interface Given {
  readonly updated_indices?: number;
  readonly failed_indices?: readonly { readonly index_name?: string; readonly reason?: string }[];
}

/** Names in one path. */
const atOnce = 40;

async function giveTo(
  { connection, dryRun }: Setup,
  operation: 'add' | 'change_policy',
  policy_id: string,
  indices: readonly string[],
): Promise<SetupStep[]> {
  const one = `indices of policy ${policy_id}`;
  if (indices.length === 0) return [];
  const failed: string[] = [];
  for (const part of dryRun ? [] : chunks(indices, atOnce)) {
    const path = `/_plugins/_ism/${operation}/${part.join(',')}`;
    const { body } = await request<Given>(connection, { method: 'POST', path, body: { policy_id } }, what);
    for (const { index_name, reason } of body.failed_indices ?? []) failed.push(`${index_name}: ${reason}`);
  }
  const done = indices.length - failed.length;
  return [
    ...(done === 0 ? [] : [{ what: one, state: 'changed', says: `${done} got it.` } as const]),
    ...failed.map((says): SetupStep => ({ what: one, state: 'refused', says })),
  ];
}

/** Whether all that was asked for is there; the plugin adds fields of its own. */
function holds(found: Json | undefined, wanted: Json): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(found) && found.length === wanted.length && wanted.every((one, i) => holds(found[i], one))
    );
  if (!isObject(wanted)) return found === wanted;
  return isObject(found) && Object.entries(wanted).every(([key, one]) => holds(found[key], one as Json));
}
