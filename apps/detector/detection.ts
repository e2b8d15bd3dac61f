import { dirname, relative, sep } from 'node:path';
import { type Detector, type EcsEvent, type EventMatch, isEcsEvent } from '@tidewatch/event';
import { matchId } from '@tidewatch/event/ids';
import {
  type CorrelationRule,
  createSigmaEngine,
  enableLinearRegExpFallback,
  entityKey,
  loadRules,
  loadThorTable,
  planCorrelations,
  type RejectedRule,
  type SigmaEngine,
  type SigmaRule,
} from '@tidewatch/sigma';
import { eventTime } from '@tidewatch/window';
import { createFeeder, type Feeder } from './feeder.ts';
import type { Fed, LoadedRules, RuleFault, RuleInfo, RuleSources } from './protocol.ts';

/** Rules ready to run on batches. */
export interface Detection {
  /** @param events JSON documents, one a line, in order of `offsets` */
  detect(
    partition: number,
    offsets: Float64Array,
    events: Uint8Array,
  ): { matches: EventMatch[]; fed: Fed; faults: RuleFault[] };
}

/**
 * Loads and compiles the rules. What is wrong with a rule is in `loaded`; it keeps no other from running.
 *
 * @param shards among how many the groups of correlations are divided
 */
export async function createDetection(
  sources: RuleSources,
  shards: number,
): Promise<{ detection: Detection; loaded: LoadedRules }> {
  enableLinearRegExpFallback();
  const started = performance.now();
  const {
    rules: loaded,
    correlations,
    rejected,
    skipped,
  } = await loadRules({
    paths: sources.paths,
    placeholders: sources.placeholders,
    pipelines: sources.pipelines ?? [],
  });
  const mayRun = gate(sources);
  const rules = loaded.filter(mayRun);
  const { plans, silent, rejected: unplanned } = planCorrelations(rules, correlations.filter(mayRun));
  const feeder = createFeeder(plans, shards);
  const faults: RuleFault[] = [];
  const engine = createSigmaEngine(rules, {
    ...(sources.thor === undefined ? {} : { windows: await loadThorTable(sources.thor) }),
    fields: feeder.fields,
    onFault: ({ id }, { message }) => faults.push({ rule: id, message }),
  });
  const bad = new Set(unplanned.map(({ id }) => id));
  const infos = [
    ...[...loaded, ...correlations]
      .filter(({ id }) => !bad.has(id))
      .map((rule): RuleInfo => {
        const info = silent.has(rule.id) ? { ...loadedInfo(rule), silent: true as const } : loadedInfo(rule);
        return mayRun(rule) ? info : { ...info, state: 'skipped', reason: ungoverned };
      }),
    ...[...rejected, ...unplanned].map((rule) => unloadedInfo(rule, 'rejected')),
    ...skipped.map((rule) => unloadedInfo(rule, 'skipped')),
  ];
  return {
    detection: {
      detect: (partition, offsets, events) => ({
        matches: detect(engine, silent, feeder, partition, offsets, events),
        fed: feeder.take(),
        faults: faults.splice(0),
      }),
    },
    loaded: { rules: infos, plans, milliseconds: performance.now() - started },
  };
}

const ungoverned = 'No approved use-case switches it on.';

/** Whether governance lets a rule run. */
function gate({ only, paths }: RuleSources): (rule: Pick<SigmaRule, 'id' | 'file'>) => boolean {
  if (only === undefined) return () => true;
  const patterns = only.map((source) => new RegExp(source, 's'));
  return ({ id, file }) => {
    const folder = paths.find((path) => file === path || file.startsWith(`${path}${sep}`)) ?? file;
    const path = relative(dirname(folder), file).split(sep).join('/');
    return patterns.some((pattern) => pattern.test(id) || pattern.test(path));
  };
}

function detect(
  engine: SigmaEngine,
  silent: ReadonlySet<string>,
  feeder: Feeder,
  partition: number,
  offsets: Float64Array,
  events: Uint8Array,
): EventMatch[] {
  const matches: EventMatch[] = [];
  const lines = new TextDecoder().decode(events).split('\n');
  offsets.forEach((offset, i) => {
    const event = readEvent(lines[i]);
    if (event === undefined) return;
    const hits = engine.evaluate(event);
    if (hits.length === 0) return;
    const time = timeOf(event);
    for (const { rule } of hits) feeder.feed(rule.id, event, offset, time, engine, silent.has(rule.id));
    for (const { rule } of hits) {
      const match = silent.has(rule.id)
        ? undefined
        : toMatch(engine, rule, event, time, { partition, offset });
      if (match !== undefined) matches.push(match);
    }
  });
  return matches;
}

const timeOf = (event: EcsEvent): number =>
  eventTime({ timestamp: Date.parse(event['@timestamp']), ingested: Date.parse(event.event.ingested) }).time;

function readEvent(line = ''): EcsEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEcsEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function toMatch(
  engine: SigmaEngine,
  rule: SigmaRule,
  event: EcsEvent,
  time: number,
  position: EventMatch['position'],
): EventMatch | undefined {
  const explanation = engine.explain(event, rule.id);
  // A rule that throws while it explains is suspended, and so explains nothing.
  if (explanation === null) return undefined;
  return {
    id: matchId(rule.id, event.event.id),
    detector: detectorOf(rule),
    key: entityKey(event),
    time,
    position,
    bucketMs: rule.bucketMs,
    dataClass: event.tidewatch.data_class,
    event,
    explanation,
  };
}

function detectorOf(rule: SigmaRule): Detector {
  return {
    engine: 'sigma',
    id: rule.id,
    title: rule.title,
    level: rule.level,
    ...(rule.description === null ? {} : { description: rule.description }),
    ...(rule.author === null ? {} : { author: rule.author }),
    references: rule.references,
    tags: rule.tags,
    falsePositives: rule.falsepositives,
  };
}

const loadedInfo = (rule: SigmaRule | CorrelationRule): RuleInfo => ({
  id: rule.id,
  title: rule.title,
  level: rule.level,
  ...(rule.status === null ? {} : { status: rule.status }),
  state: 'loaded',
  file: rule.file,
  logsource: 'type' in rule ? `correlation/${rule.type}` : logsourceOf(rule),
  tags: rule.tags,
  ...(rule.author === null ? {} : { author: rule.author }),
  source: rule.source,
});

const logsourceOf = ({ logsource: { product, category, service } }: SigmaRule): string =>
  [product, category, service].map((part) => part ?? '*').join('/');

const unloadedInfo = (
  { id, title, file, line, reason }: RejectedRule,
  state: 'rejected' | 'skipped',
): RuleInfo => ({
  id: id ?? `${file}:${line ?? 0}`,
  title: title ?? file,
  level: 'medium',
  state,
  reason: line === null ? reason : `line ${line}: ${reason}`,
  file,
  logsource: '*/*/*',
  tags: [],
  source: '',
});
