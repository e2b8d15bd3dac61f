import type { ClassTable } from '@tidewatch/scorer';
import type { Runtime } from '../runtime.ts';

/** What scores may be kept as: where governance is enforced, classes that nobody approved keep nothing. */
export function classTable({ config, governance }: Runtime): ClassTable {
  const kept = governance.classes.all.filter(
    ({ name, synthetic }) => config.governance !== 'enforced' || synthetic || governance.approved.has(name),
  );
  return Object.fromEntries(kept.map(({ name, ttlMs, synthetic }) => [name, { ttlMs, synthetic }]));
}
