import type { JsonObject } from '@tidewatch/event';
import { type Draft, type FieldsDraft, withFields } from '../draft.ts';
import type { Stage, StageContext } from '../stage.ts';
import { addDerived, deriveFrom } from './derived.ts';
import type { Originals } from './originals.ts';
import { type CompiledPolicy, compilePolicy, type FieldPolicy, minimise } from './policy.ts';
import { bareName, type EpochPseudonyms, type Pseudonyms } from './pseudonyms.ts';
import { createReplacer, valuesIn } from './replace.ts';
import type { SealKeys } from './seal_keys.ts';

/** What replaces and seals. */
export interface Vault {
  readonly pseudonyms: Pseudonyms;
  readonly originals: Originals;
  readonly keys: SealKeys;
}

export interface PseudonymStageOptions {
  /** The same object for the same policy: it is made ready once. Undefined where an event goes on as it is. */
  readonly policyOf: (dataset: string, context: StageContext) => FieldPolicy | undefined;
  /** Absent where no keys are configured: then nothing may ask for pseudonyms. */
  readonly vault: Vault | undefined;
  /** Told of each event from which fields were dropped. */
  readonly onMinimised?: (dataClass: string, fields: number) => void;
}

/** What the sealed text of an event is bound to. */
export const textContext = (dataClass: string, id: string): string => `event.original ${dataClass} ${id}`;

/**
 * Drops what no use-case names, and puts pseudonyms in the place of what use-cases name for it; the last of the stages,
 * since those before derive from the values (security.md, Decisions). The record's text is sealed, or left out where
 * there are no keys.
 */
export function createPseudonymStage({ policyOf, vault, onMinimised }: PseudonymStageOptions): Stage {
  const compiled = new WeakMap<FieldPolicy, CompiledPolicy>();
  const replace = createReplacer();

  function compile(policy: FieldPolicy): CompiledPolicy {
    let found = compiled.get(policy);
    if (found === undefined) {
      found = compilePolicy(policy);
      compiled.set(policy, found);
    }
    return found;
  }

  function pseudonymsAt({ received }: StageContext): ReturnType<Pseudonyms['at']> {
    if (vault === undefined) throw new TypeError('Pseudonyms are asked for, and there are no keys.');
    return vault.pseudonyms.at(received);
  }

  function pseudonymise(
    fields: JsonObject,
    policy: CompiledPolicy,
    context: StageContext,
    values: ReadonlySet<string>,
  ) {
    const { now, former } = pseudonymsAt(context);
    const formers = new Map<string, Set<string>>();
    const { truncated } = replace(fields, policy, values, (value, path) => {
      const pseudonym = now.of(value);
      if (pseudonym === value) return value;
      note(value, pseudonym, path, now, context);
      if (former !== undefined) {
        const earlier = former.of(value);
        note(value, earlier, path, former, context);
        const known = formers.get(path);
        if (known === undefined) formers.set(path, new Set([earlier]));
        else known.add(earlier);
      }
      return pseudonym;
    });
    return { truncated, formers };
  }

  function note(
    value: string,
    pseudonym: string,
    field: string,
    { epoch }: EpochPseudonyms,
    { dataClass, received: at }: StageContext,
  ): void {
    vault?.originals.note({
      clear: bareName(value),
      pseudonym: bareName(pseudonym),
      field,
      dataClass,
      epoch,
      at,
    });
  }

  function namesIn(fields: JsonObject, policy: CompiledPolicy, context: StageContext): ReadonlySet<string> {
    const { of } = pseudonymsAt(context).now;
    return valuesIn(fields, policy, (value) => of(value) === value);
  }

  function apply(draft: Draft, context: StageContext): Draft {
    const asked = policyOf(draft.dataset, context);
    if (asked === undefined) return draft;
    const policy = compile(asked);
    const whole = withFields(draft);
    const { fields } = whole;
    const replaces = policy.fields.length > 0;
    const derived = replaces ? deriveFrom(fields, policy) : undefined;
    const values = replaces ? namesIn(fields, policy, context) : new Set<string>();
    if (policy.keep !== undefined) {
      const dropped = minimise(fields, policy.keep);
      if (dropped > 0) onMinimised?.(context.dataClass, dropped);
    }
    let result: FieldsDraft = { ...whole, original: sealText(context) };
    if (replaces) {
      const { truncated, formers } = pseudonymise(fields, policy, context, values);
      addFormer(fields, formers, policy);
      if (truncated) result = { ...result, tags: [...(draft.tags ?? []), 'truncated'] };
    }
    if (derived !== undefined) addDerived(fields, derived);
    return result;
  }

  /** Seals the record's text under the class's key of the day that it came; nothing is left of it without keys. */
  function sealText({ dataClass, received }: StageContext): (text: string, id: string) => string {
    if (vault === undefined) return () => '';
    const sealer = vault.keys.sealer(dataClass, vault.pseudonyms.at(received).now.epoch);
    return (text, id) => sealer.seal(Buffer.from(text), textContext(dataClass, id));
  }

  return {
    name: 'pseudonyms',
    apply,
    ...(vault === undefined ? {} : { settle: () => vault.originals.settle() }),
  };
}

/**
 * While windows look back into the epoch before, an event says what its values were called there, as
 * `labels.former_user_name` (decision record 36).
 */
function addFormer(
  fields: JsonObject,
  formers: ReadonlyMap<string, ReadonlySet<string>>,
  { fields: replaced }: CompiledPolicy,
): void {
  for (const [path, earlier] of formers) {
    if (!replaced.includes(path) || path.startsWith('related.')) continue;
    const labels =
      typeof fields.labels === 'object' && !Array.isArray(fields.labels) ? (fields.labels ?? {}) : {};
    const values = [...earlier];
    labels[`former_${path.replaceAll('.', '_')}`] = values.length === 1 ? (values[0] as string) : values;
    fields.labels = labels;
  }
}
