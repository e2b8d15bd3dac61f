import { getField, isObject, type Json, type JsonObject, setField } from '@tidewatch/event';
import type { CompiledPolicy } from './policy.ts';
import { visit } from './policy.ts';
import { accountKind, networkOf } from './well_known.ts';

/** What rules may need of values that are about to be replaced. */
export interface Derived {
  /** `labels.source_ip_network`: `private`, `public` and so on, a list where an event has several. */
  readonly networks: ReadonlyMap<string, ReadonlySet<string>>;
  /** `user.roles`: `administrator`, `machine_account`, `built_in_account`. */
  readonly roles: ReadonlyMap<string, ReadonlySet<string>>;
  /** `user.domain`, where the name says it and the field is not there. */
  readonly domains: ReadonlyMap<string, string>;
}

/** ECS' user objects: `user`, `user.target`, `process.parent.user`. */
const userObject = /^((?:[\w.]+\.)?user(?:\.(?:effective|target|changes))?)\.(?:name|id|email)$/;

/** Found before anything is dropped or replaced. */
export function deriveFrom(fields: JsonObject, { targets }: CompiledPolicy): Derived {
  const networks = new Map<string, Set<string>>();
  const roles = new Map<string, Set<string>>();
  const domains = new Map<string, string>();
  const add = (map: Map<string, Set<string>>, key: string, value: string) => {
    const known = map.get(key);
    if (known === undefined) map.set(key, new Set([value]));
    else known.add(value);
  };
  visit(fields, targets, (value, path) => {
    const { network, kind, domain } = factsOf(value);
    if (network !== undefined) {
      if (!path.startsWith('related.')) add(networks, `${path.replaceAll('.', '_')}_network`, network);
      return;
    }
    const user = userObject.exec(path)?.[1];
    if (user === undefined) return;
    if (kind !== undefined) add(roles, `${user}.roles`, kind);
    if (domain !== undefined && getField(fields, `${user}.domain`) === undefined)
      domains.set(`${user}.domain`, domain);
  });
  return { networks, roles, domains };
}

interface Facts {
  readonly network: ReturnType<typeof networkOf>;
  readonly kind: ReturnType<typeof accountKind>;
  readonly domain: string | undefined;
}

/** Values come again and again. */
let known = new Map<string, Facts>();
const remembered = 20_000;

function factsOf(value: string): Facts {
  let facts = known.get(value);
  if (facts === undefined) {
    facts = { network: networkOf(value), kind: accountKind(value), domain: domainOf(value) };
    if (known.size >= remembered) known = new Map();
    known.set(value, facts);
  }
  return facts;
}

function domainOf(value: string): string | undefined {
  const [, netbios, dns] = /^(?:([^\\@]{1,64})\\[^\\]+|[^\\@]+@([^\\@]{1,255}))$/.exec(value) ?? [];
  return netbios ?? dns;
}

/** Put beside what was replaced. */
export function addDerived(fields: JsonObject, { networks, roles, domains }: Derived): void {
  if (networks.size > 0) {
    const labels: JsonObject = isObject(fields.labels) ? fields.labels : {};
    for (const [key, classes] of networks) labels[key] = one(classes);
    fields.labels = labels;
  }
  for (const [path, kinds] of roles) {
    const present = getField(fields, path);
    const known: readonly Json[] = present === undefined ? [] : Array.isArray(present) ? present : [present];
    setField(fields, path, [...new Set([...known, ...kinds])]);
  }
  for (const [path, domain] of domains) setField(fields, path, domain);
}

function one(values: ReadonlySet<string>): Json {
  const [first = '', ...more] = values;
  return more.length === 0 ? first : [first, ...more];
}
