import type { JsonObject } from '@tidewatch/event';
import { type Answer, type SeenRequest, startFakeNode, welcome } from '../node.suite.ts';

export interface IsmNode {
  readonly url: string;
  /** Requests of the plugin that write, e.g. `PUT /_plugins/_ism/policies/p?if_seq_no=1&if_primary_term=1`. */
  readonly writes: { readonly request: string; readonly body: JsonObject }[];
  readonly policies: Map<string, { sequence: number; policy: JsonObject }>;
  /** The policy of each index, with the version that it got. */
  readonly managed: Map<string, { id: string; sequence?: number } | undefined>;
  close(): Promise<void>;
}

/**
 * Index State Management, answering as OpenSearch documents it ("ISM API": create, update, get policy; add policy; update
 * managed index policy; explain index). It counts sequence numbers over all policies, as its index does.
 */
export async function startIsmNode(indices: readonly string[]): Promise<IsmNode> {
  const writes: IsmNode['writes'] = [];
  const policies: IsmNode['policies'] = new Map();
  const managed: IsmNode['managed'] = new Map(indices.map((index) => [index, undefined]));
  let sequence = 0;
  const stored = (id: string, nested = false): JsonObject => {
    const { sequence: _seq_no, policy } = policies.get(id)!;
    const full = { policy_id: id, last_updated_time: 1_577_990_761_311, schema_version: 21, ...policy };
    return { _id: id, _version: 1, _seq_no, _primary_term: 1, policy: nested ? { policy: full } : full };
  };

  function put(id: string, query: URLSearchParams, { policy }: { policy: JsonObject }): Answer {
    const found = policies.get(id);
    if (found !== undefined && query.get('if_seq_no') !== String(found.sequence))
      return [
        409,
        { error: { type: 'version_conflict_engine_exception', reason: 'version conflict' }, status: 409 },
      ];
    // The plugin fills in what was left out.
    const states = (policy.states as JsonObject[]).map((state) => ({
      ...state,
      actions: (state.actions as JsonObject[]).map((action) => ({
        retry: { count: 3, backoff: 'exponential', delay: '1m' },
        ...action,
      })),
    }));
    policies.set(id, { sequence: sequence++, policy: { ...policy, states } });
    return [found === undefined ? 201 : 200, stored(id, true)];
  }

  function give(operation: string, names: readonly string[], id: string): Answer {
    const failed: JsonObject[] = [];
    for (const index of names) {
      const has = managed.get(index);
      if (operation === 'add' && has !== undefined)
        failed.push({
          index_name: index,
          reason: 'This index already has a policy, use the update policy API',
        });
      else if (operation === 'change_policy' && has?.sequence === undefined)
        failed.push({ index_name: index, reason: 'This managed index has not been initialized yet' });
      else managed.set(index, { id, sequence: policies.get(id)!.sequence });
    }
    const answer = { updated_indices: names.length - failed.length, failures: failed.length > 0 };
    return [200, { ...answer, failed_indices: failed }];
  }

  function ism({ method, path, body }: SeenRequest): Answer {
    const url = new URL(path, 'http://node');
    const [, , , kind = '', name = ''] = url.pathname.split('/').map(decodeURIComponent);
    if (method !== 'GET') writes.push({ request: `${method} ${path}`, body: JSON.parse(body.toString()) });
    if (kind === 'explain') {
      const entries = [...managed].map(([index, has]) => [
        index,
        {
          'index.plugins.index_state_management.policy_id': has?.id ?? null,
          index,
          policy_id: has?.id ?? null,
          ...(has?.sequence !== undefined && { policy_seq_no: has.sequence, policy_primary_term: 1 }),
        },
      ]);
      return [200, { ...Object.fromEntries(entries), total_managed_indices: managed.size }];
    }
    if (kind === 'policies' && name === '') return [200, { policies: [], total_policies: 0 }];
    if (kind === 'policies' && method === 'PUT')
      return put(name, url.searchParams, JSON.parse(body.toString()));
    if (kind === 'policies')
      return policies.has(name)
        ? [200, stored(name)]
        : [404, { error: { type: 'status_exception', reason: 'Policy not found' }, status: 404 }];
    return give(kind, name.split(','), JSON.parse(body.toString()).policy_id);
  }

  const node = await startFakeNode((request) =>
    request.path.startsWith('/_plugins/_ism/') ? ism(request) : [200, welcome],
  );
  return { url: node.url, writes, policies, managed, close: node.close };
}
