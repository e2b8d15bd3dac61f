import type { Detector, EcsEvent, EntityKey, Findings, ForestExplanation, Match } from '@tidewatch/event';
import { alertId, matchId } from '@tidewatch/event/ids';
import type { NewRecord } from '@tidewatch/stream';
import { scoreRecord } from '../score_document.ts';
import { bucketOf, type Definition } from './definition.ts';
import { type Found, plainFeature, type Result, within } from './result.ts';

/** The score document of a result, the same whenever it is made. @param dataClass see `scoreClass` */
export function recordOf(definition: Definition, result: Result, dataClass: string): NewRecord {
  const { detector, version, from, to, ingested, score, grade, confidence, suppressed } = result;
  return scoreRecord({
    ...{ engine: 'forest', name: detector, version, stage: 'live', value: score, ingested, dataClass },
    threshold: thresholdOf(definition),
    of: JSON.stringify([result.entity, from]),
    time: to,
    entity: entityOf(definition, result),
    details: {
      ...{ grade, confidence, from, to },
      features: within(result, dataClass).features.map(plainFeature),
      ...(suppressed && { suppressed }),
    },
  });
}

/** The score that has the least grade of an alert: both follow from how far beyond the usual an interval is. */
export const thresholdOf = ({ alert }: Pick<Definition, 'alert'>): number => 1 / (2 - alert.grade);

const entityOf = ({ by }: Definition, { entity }: Pick<Result, 'entity'>): EntityKey =>
  by.map((field, i) => ({ field, value: entity[i] ?? '' }));

/** What an alert says: in the place of what it said of the same bucket before. */
export function findingsOf(definition: Definition, { start, count, results }: Found): Findings {
  const [{ dataClass: alertClass }] = results as [Result, ...Result[]];
  const matches = results.map((result) => matchOf(definition, within(result, alertClass)));
  const [first] = matches as [Match, ...Match[]];
  const { key, dataClass, detector, bucketMs } = first;
  return {
    ...{ id: alertId(definition.id, key, start), detector, key, dataClass, count, matches },
    bucket: { start, end: start + bucketMs },
    settled: false,
  };
}

function matchOf(definition: Definition, result: Result): Match {
  const { score, grade, confidence, from, to, dataClass } = result;
  const event = JSON.parse(
    new TextDecoder().decode(recordOf(definition, result, dataClass).value),
  ) as EcsEvent;
  const explanation: ForestExplanation = {
    ...{ engine: 'forest', score, grade, confidence, interval: { from, to } },
    features: result.features.toSorted((a, b) => b.contribution - a.contribution),
  };
  return {
    id: matchId(definition.id, event.event.id),
    detector: detectorOf(definition),
    key: entityOf(definition, result),
    time: from,
    bucketMs: bucketOf(definition),
    ...{ dataClass, event, explanation },
  };
}

const detectorOf = ({ id, title, level, description, tags }: Definition): Detector => ({
  ...{ engine: 'forest', id, title, level },
  ...(description !== undefined && { description }),
  ...(tags !== undefined && { tags }),
});
