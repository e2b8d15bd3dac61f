import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RuleStatus } from '@tidewatch/detector';
import { knownNames, namesNobody } from '@tidewatch/normalize/pseudonyms';
import { isCorrelationRule, type SigmaRule, type Weakened, weakenedRules } from '@tidewatch/sigma';
import { pseudonymisedFields } from '../../governance/field_policy.ts';
import { parseDocuments } from '../documents.ts';
import type { Runtime } from '../runtime.ts';

/** Parsing gives way to others after so long, milliseconds. */
const sliceMs = 10;

/** What the rules in force lose by the pseudonyms that use-cases ask for; found anew when either changes. */
export function createWeakenedRules(runtime: Runtime): () => Promise<readonly Weakened[]> {
  let last: { readonly key: string; readonly found: Promise<readonly Weakened[]> } | undefined;
  return () => {
    const fields = [...pseudonymisedFields(runtime.governance.useCases).keys()].sort();
    if (fields.length === 0) return Promise.resolve([]);
    const rules = (runtime.parts.detector?.rules() ?? []).filter(({ state }) => state === 'loaded');
    const key = JSON.stringify([fields, rules.map(({ id, file, source = '' }) => [id, file, source.length])]);
    if (last?.key === key) return last.found;
    const found = find(rules, fields);
    last = { key, found };
    found.catch(() => {
      last = undefined;
    });
    return found;
  };
}

async function find(rows: readonly RuleStatus[], fields: readonly string[]): Promise<readonly Weakened[]> {
  const weakened: Weakened[] = [];
  const wanted = new Set(rows.map(({ id }) => id));
  const files = new Map(rows.map(({ file, source }) => [file, source]));
  let turn = performance.now();
  for (const [file, source] of files) {
    if (source === undefined) continue;
    const rules = parseDocuments(source, file).rules.filter(
      (rule): rule is SigmaRule => !isCorrelationRule(rule) && wanted.has(rule.id),
    );
    weakened.push(...weakenedRules(rules, { fields, staysClear: namesNobody, clear: knownNames }));
    if (performance.now() - turn > sliceMs) {
      await nextTurn();
      turn = performance.now();
    }
  }
  return weakened;
}
