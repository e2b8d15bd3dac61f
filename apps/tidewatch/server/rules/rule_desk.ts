import type { ExpectedVersion, RuleDesk, RuleOutcome } from '@tidewatch/api';
import type { KeptRule, RuleFault } from '@tidewatch/api/schemas';
import { documentsOf } from '../adapters.ts';
import { keptName, keyOfBefore, keyOfRule, parseDocuments, versionOf } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { tryRules } from './rule_trial.ts';

type Refusal = Extract<RuleOutcome, { ok: false }>;
/** What the file of a rule says, and what it said before. */
type Texts = Readonly<Record<'now' | 'before', string | undefined>>;
/** Says what it is to say; null to delete it. */
type Decide = (texts: Texts) => string | null | Refusal;

/** Keeps rules that people write through the API. One change after the other, since each is tried on all before it. */
export function openRuleDesk(runtime: Runtime): RuleDesk {
  const documents = documentsOf(runtime.adapters);
  let turn: Promise<unknown> = Promise.resolve();
  let checks: Promise<unknown> = Promise.resolve();

  function change(id: string, expected: ExpectedVersion, decide: Decide): Promise<RuleOutcome> {
    const changed = turn.then(() => changeNow(id, expected, decide));
    turn = changed.catch(() => {});
    return changed;
  }

  async function changeNow(id: string, expected: ExpectedVersion, decide: Decide): Promise<RuleOutcome> {
    if (runtime.parts.detector === undefined && !documents.shared) return refuse('RULES_ELSEWHERE', { id });
    const [now, before] = [await documents.read(keyOfRule(id)), await documents.read(keyOfBefore(id))];
    const elsewhere = now === undefined ? placeOf(id) : undefined;
    if (elsewhere !== undefined) return refuse('RULE_READ_ONLY', { id, file: elsewhere });
    const version = now === undefined ? null : versionOf(now);
    if (!expected(version)) return refuse('RULE_CHANGED', { id, version });
    const text = decide({ now, before });
    if (typeof text === 'object' && text !== null) return text;
    if (text === now) return { ok: true, rule: await describe(id, true) };
    const faults = await tryRules(runtime, id, now, text);
    if (faults.length > 0) return refuse('RULE_INVALID', { id, why: wordsFor(faults), faults });
    const written = await documents.write(
      [
        { ...keyOfBefore(id), text: now ?? null },
        { ...keyOfRule(id), text },
      ],
      (found) => found === now,
    );
    const found = await documents.read(keyOfRule(id));
    if (!written)
      return refuse('RULE_CHANGED', { id, version: found === undefined ? null : versionOf(found) });
    // Why they could not be loaded is in the log.
    const loaded = await runtime.parts.ruleWatch?.look().then(
      () => true,
      () => false,
    );
    return { ok: true, rule: await describe(id, loaded === true) };
  }

  async function faultsIn(id: string, source: string): Promise<readonly RuleFault[]> {
    const now = await documents.read(keyOfRule(id));
    const elsewhere = now === undefined ? placeOf(id) : undefined;
    if (elsewhere !== undefined)
      return [{ id, reason: `The rule ${id} stands in ${elsewhere}. Give yours an id of its own.` }];
    return misnamed(source, id)?.details.faults ?? (await tryRules(runtime, id, now, source));
  }

  /** The file of a rule that is not kept under its own id. */
  function placeOf(id: string): string | undefined {
    const file = runtime.parts.detector?.loaded().rules.find((rule) => rule.id === id)?.file;
    const name = file === undefined ? undefined : keptName(documents, file);
    return name === undefined ? file : `/api/rules/${name}`;
  }

  async function describe(id: string, loaded: boolean): Promise<KeptRule> {
    const text = await documents.read(keyOfRule(id));
    const described = text === undefined ? [] : statesOf(id, text, loaded);
    return {
      id,
      version: text === undefined ? null : versionOf(text),
      restorable: (await documents.read(keyOfBefore(id))) !== undefined,
      inForce: loaded && described.every(({ state }) => state === 'loaded'),
      documents: described,
    };
  }

  function statesOf(id: string, text: string, loaded: boolean): KeptRule['documents'] {
    const file = documents.file(keyOfRule(id));
    const rows = (runtime.parts.detector?.rules() ?? []).filter((row) => row.file === file);
    const { rules, correlations, filters, rejected } = parseDocuments(text, file);
    const why = runtime.parts.detector === undefined ? elsewhere : notLoaded;
    const stateOf = (kind: KeptRule['documents'][number]['kind']) => (one: { id: string; title: string }) => {
      const row = rows.find((each) => each.id === one.id);
      const head = { id: one.id, title: one.title, kind };
      if (!loaded) return { ...head, state: 'skipped' as const, reason: why };
      if (row?.quarantine !== undefined)
        return { ...head, state: 'quarantined' as const, reason: row.quarantine.reason };
      // Of filters only those that are not in force are listed.
      const state = row?.state ?? (kind === 'filter' ? 'loaded' : 'skipped');
      return { ...head, state, ...(row?.reason === undefined ? {} : { reason: row.reason }) };
    };
    return [
      ...rules.map(stateOf('rule')),
      ...correlations.map(stateOf('correlation')),
      ...filters.map(stateOf('filter')),
      ...rejected.map(({ id: of, title, reason }) => ({
        id: of ?? id,
        title: title ?? id,
        kind: 'rule' as const,
        state: 'rejected' as const,
        reason,
      })),
    ];
  }

  return {
    check(id, source) {
      const faults = checks.then(() => faultsIn(id, source));
      checks = faults.catch(() => {});
      return faults;
    },
    put: (id, source, expected) => change(id, expected, () => misnamed(source, id) ?? source),
    remove: (id, expected) =>
      change(id, expected, ({ now }) => (now === undefined ? refuse('RULE_UNKNOWN', { id }) : null)),
    restore: (id, expected) =>
      change(id, expected, ({ before }) => before ?? refuse('RULE_NOT_RESTORABLE', { id })),
  };
}

const elsewhere = 'Rules run in other processes.';
const notLoaded =
  'The rules could not be loaded again; the server’s log says why. Those before stay in force.';

const refuse = (code: Refusal['code'], details: Refusal['details']): Refusal => ({
  ok: false,
  code,
  details,
});

/** Of a source in which no document has the id. One with a fault is tried instead, since that says which. */
function misnamed(source: string, id: string): Refusal | undefined {
  const { rules, correlations, filters, rejected } = parseDocuments(source);
  const ids = [...rules, ...correlations, ...filters].map((one) => one.id);
  if (rejected.length > 0 || ids.includes(id)) return undefined;
  const why = `None of its documents has the id ${id}. Theirs are ${ids.join(', ')}.`;
  return refuse('RULE_INVALID', { id, why, faults: [{ reason: why }] });
}

const wordsFor = (faults: readonly RuleFault[]): string =>
  faults
    .map(({ line, column, reason }) => {
      if (line === undefined) return reason;
      return `line ${line}${column === undefined ? '' : `, column ${column}`}: ${reason}`;
    })
    .join(' ');
