import { dirname, relative, sep } from 'node:path';
import { type Detector, type EcsEvent, isEcsEvent, type Match } from '@tidewatch/event';
import { matchId } from '@tidewatch/event/ids';
import {
  createSigmaEngine,
  enableLinearRegExpFallback,
  entityKey,
  loadRules,
  loadThorTable,
  type RejectedRule,
  type SigmaEngine,
  type SigmaRule,
} from '@tidewatch/sigma';
import { eventTime } from '@tidewatch/window';
import type { LoadedRules, RuleFault, RuleInfo, RuleSources } from './protocol.ts';

/** Rules ready to run on batches. */
export interface Detection {
  /** @param events JSON documents, one a line, in order of `offsets` */
  detect(
    partition: number,
    offsets: Float64Array,
    events: Uint8Array,
  ): { matches: Match[]; faults: RuleFault[] };
}

/** Loads and compiles the rules. What is wrong with a rule is in `loaded`; it keeps no other from running. */
export async function createDetection(
  sources: RuleSources,
): Promise<{ detection: Detection; loaded: LoadedRules }> {
  enableLinearRegExpFallback();
  const started = performance.now();
  const {
    rules: loaded,
    rejected,
    skipped,
  } = await loadRules({
    paths: sources.paths,
    placeholders: sources.placeholders,
  });
  const mayRun = gate(sources);
  const rules = loaded.filter(mayRun);
  const faults: RuleFault[] = [];
  const engine = createSigmaEngine(rules, {
    ...(sources.thor === undefined ? {} : { windows: await loadThorTable(sources.thor) }),
    onFault: ({ id }, { message }) => faults.push({ rule: id, message }),
  });
  const infos = [
    ...rules.map(loadedInfo),
    ...loaded
      .filter((rule) => !mayRun(rule))
      .map((rule) => ({ ...loadedInfo(rule), state: 'skipped' as const, reason: ungoverned })),
    ...rejected.map((rule) => unloadedInfo(rule, 'rejected')),
    ...skipped.map((rule) => unloadedInfo(rule, 'skipped')),
  ];
  return {
    detection: {
      detect: (partition, offsets, events) => ({
        matches: detect(engine, partition, offsets, events),
        faults: faults.splice(0),
      }),
    },
    loaded: { rules: infos, milliseconds: performance.now() - started },
  };
}

const ungoverned = 'No approved use-case switches it on.';

/** Whether governance lets a rule run. */
function gate({ only, paths }: RuleSources): (rule: SigmaRule) => boolean {
  if (only === undefined) return () => true;
  const patterns = only.map((source) => new RegExp(source, 's'));
  return ({ id, file }) => {
    const folder = paths.find((path) => file === path || file.startsWith(`${path}${sep}`)) ?? file;
    const path = relative(dirname(folder), file).split(sep).join('/');
    return patterns.some((pattern) => pattern.test(id) || pattern.test(path));
  };
}

function detect(engine: SigmaEngine, partition: number, offsets: Float64Array, events: Uint8Array): Match[] {
  const matches: Match[] = [];
  const lines = new TextDecoder().decode(events).split('\n');
  offsets.forEach((offset, i) => {
    const event = readEvent(lines[i]);
    if (event === undefined) return;
    for (const { rule } of engine.evaluate(event)) {
      const match = toMatch(engine, rule, event, { partition, offset });
      if (match !== undefined) matches.push(match);
    }
  });
  return matches;
}

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
  position: Match['position'],
): Match | undefined {
  const explanation = engine.explain(event, rule.id);
  // A rule that throws while it explains is suspended, and so explains nothing.
  if (explanation === null) return undefined;
  const { time } = eventTime({
    timestamp: Date.parse(event['@timestamp']),
    ingested: Date.parse(event.event.ingested),
  });
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

const loadedInfo = (rule: SigmaRule): RuleInfo => {
  const { product, category, service } = rule.logsource;
  return {
    id: rule.id,
    title: rule.title,
    level: rule.level,
    ...(rule.status === null ? {} : { status: rule.status }),
    state: 'loaded',
    file: rule.file,
    logsource: [product, category, service].map((part) => part ?? '*').join('/'),
    tags: rule.tags,
    ...(rule.author === null ? {} : { author: rule.author }),
    source: rule.source,
  };
};

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
