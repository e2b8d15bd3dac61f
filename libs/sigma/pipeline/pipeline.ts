import { isObject } from '@tidewatch/event';
import { type AnyRule, isCorrelationRule } from '../any_rule.ts';
import { Rejection } from '../errors.ts';
import { atPlace, rejectedRule } from '../rejected.ts';
import type { Item, Origin, RejectedRule, Selection } from '../rule.ts';
import { mapDetection } from '../selections.ts';
import { parseYaml } from '../yaml.ts';
import { fieldConditions, itemConditions, parseGate, ruleConditions, type Test } from './conditions.ts';
import { renameCorrelation, renameItem, tracked } from './fields.ts';
import { createOptions, type Options, ofType } from './options.ts';
import type { Run } from './run.ts';
import { refusedTransformations, type Transformation, transformations } from './transformations.ts';

/** One transformation of a pipeline with its conditions. It throws a {@link Rejection} for a rule that it refuses. */
export type Step = (rule: AnyRule, run: Run) => AnyRule;

/** A processing pipeline in pySigma's format, ready to run. */
export interface Pipeline {
  readonly file: string;
  readonly name: string | null;
  /** Pipelines run in the order of their priorities, lowest first. */
  readonly priority: number;
  readonly vars: ReadonlyMap<string, readonly string[]>;
  readonly steps: readonly Step[];
}

/** Reads a pipeline file; what is wrong with it is a value, with its line. */
export function parsePipeline(
  source: string,
  file: string,
):
  | { readonly ok: true; readonly pipeline: Pipeline }
  | { readonly ok: false; readonly rejected: RejectedRule } {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  const origin: Origin = { file, source: text, document: 0 };
  let title: string | null = null;
  try {
    const yaml = parseYaml(text);
    if (!yaml.ok) {
      const reason = new Rejection('invalid_yaml', { cause: yaml.cause }).message;
      return {
        ok: false,
        rejected: { file, ...atPlace(yaml.place), id: null, title, code: 'invalid_yaml', reason },
      };
    }
    const [document, another] = yaml.documents;
    if (!isObject(document) || (another !== undefined && another !== null))
      throw new Rejection('not_a_pipeline', { cause: 'one map with `transformations` is needed' });
    const options = createOptions(document, [], origin);
    title = options.maybe('name');
    const pipeline = { file, name: title, ...readPipeline(options) };
    options.end();
    return { ok: true, pipeline };
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    return { ok: false, rejected: rejectedRule({ ...origin, id: null, title }, error) };
  }
}

function readPipeline(options: Options): Pick<Pipeline, 'priority' | 'vars' | 'steps'> {
  options.texts('allowed_backends');
  for (const name of ['postprocessing', 'finalizers'])
    if (options.has(name))
      throw options.wrong(name, 'it is about queries, and rules are not turned into any');
  const steps = options.children('transformations').map(([, child]) => parseStep(child));
  // A pipeline may only bring values for the placeholders of others.
  if (steps.length === 0 && !options.has('vars'))
    throw new Rejection('missing_attribute', { name: 'transformations' });
  return { priority: options.number('priority', 0), vars: options.mapping('vars', new Map()), steps };
}

function parseStep(options: Options): Step {
  const id = options.maybe('id');
  const inRule = parseGate(options, 'rule', ruleConditions);
  const inItem = parseGate(options, 'detection_item', itemConditions);
  const inField = parseGate(options, 'field_name', fieldConditions);
  const perform = performer(
    ofType(options, 'transformation', { ...transformations, nest }, refusedTransformations),
    { id, inItem, inField },
  );
  if (perform.on === 'rule')
    for (const name of ['detection_item_conditions', 'field_name_conditions'])
      if (options.has(name)) throw options.wrong(name, 'the transformation is about the rule as a whole');
  options.end();
  return (rule, run) => {
    if (!inRule(rule, run)) return rule;
    const changed = perform.apply(rule, run);
    if (id !== null) run.applied.add(id);
    return changed;
  };
}

function nest(options: Options): Transformation {
  const steps = options.children('items').map(([, child]) => parseStep(child));
  if (steps.length === 0) throw new Rejection('missing_attribute', { name: 'items' }, options.path);
  return { on: 'rule', apply: (rule, run) => steps.reduce((changed, step) => step(changed, run), rule) };
}

interface Gates {
  readonly id: string | null;
  readonly inItem: Test<Item>;
  readonly inField: Test<string | null>;
}

function performer(
  transformation: Transformation,
  gates: Gates,
): { readonly on: Transformation['on']; readonly apply: Step } {
  const { on } = transformation;
  switch (on) {
    case 'rule':
      return transformation;
    case 'items':
      return {
        on,
        apply: (rule, run) =>
          onItems(rule, run, gates, (item) =>
            gates.inField(item.field, run) ? transformation.change(item, run) : item,
          ),
      };
    case 'fields':
      return {
        on,
        apply(rule, run) {
          const rename = tracked(
            (field) => (gates.inField(field, run) ? transformation.rename(field) : null),
            gates.id,
            run,
          );
          return isCorrelationRule(rule)
            ? renameCorrelation(rule, rename)
            : onItems(rule, run, gates, (item) => renameItem(item, rename));
        },
      };
  }
}

function onItems(
  rule: AnyRule,
  run: Run,
  { id, inItem }: Gates,
  change: (item: Item) => Selection | null,
): AnyRule {
  if (isCorrelationRule(rule)) return rule;
  const detection = mapDetection(rule.detection, (item) => {
    if (!inItem(item, run)) return item;
    const changed = change(item);
    if (changed !== null && changed !== item) noteApplied(changed, item, id, run);
    return changed;
  });
  if (detection === null) throw new Rejection('nothing_left', {}, ['detection']);
  return detection === rule.detection ? rule : { ...rule, detection };
}

/** What came of an item keeps the marks of the item. */
function noteApplied(selection: Selection, from: Item, id: string | null, run: Run): void {
  if (selection.kind === 'item')
    run.items.set(selection, new Set([...(run.items.get(from) ?? []), ...(id === null ? [] : [id])]));
  else for (const each of selection.of) noteApplied(each, from, id, run);
}
