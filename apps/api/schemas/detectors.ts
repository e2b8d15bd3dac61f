import { z } from 'zod';

const when = z.number().describe('Epoch milliseconds');
const features = z.array(
  z.object({
    name: z.string(),
    actual: z.number().nullable().describe('Null where it was not measured'),
    expected: z.number().nullable(),
    contribution: z.number().describe('Part of the score'),
    examples: z.array(z.string()).exactOptional().describe('Some of the values that it counted as new'),
  }),
);
const anomaly = {
  entity: z.array(z.string()).describe('Values of the fields that it goes by'),
  from: when,
  to: when,
  score: z.number(),
  grade: z.number().describe('How far beyond what is usual: above 0, up to 1'),
  confidence: z.number(),
  features,
  suppressed: z
    .enum(['grade', 'confidence', 'rules', 'normal'])
    .exactOptional()
    .describe('Why it is no alert'),
};

export const detectorRow = z
  .object({
    id: z.string(),
    title: z.string(),
    level: z.string(),
    filter: z.string(),
    by: z.array(z.string()),
    features: z.array(z.string()),
    interval: z.number().describe('Milliseconds'),
    target: z.number().describe('Share of intervals that are odd while nothing is the matter'),
    grade: z.number().describe('Least grade of an alert'),
    file: z.string(),
    own: z.boolean().describe('Whether it was written through the API'),
    runs: z.boolean(),
    says: z.string().describe('How it stands, or what it waits for, in words'),
    memory: z.object({ bytesEach: z.number(), says: z.string() }).describe('What its forests will take'),
    state: z
      .object({
        events: z.number(),
        newest: when.nullable(),
        late: z.number().describe('Events whose interval was over'),
        leftOut: z.number().describe('Events of entities beyond its limit'),
        known: z.number().describe('Entities'),
        active: z.number().describe('Entities that are not put aside'),
        graded: z.number().describe('Entities whose intervals are graded'),
        results: z.number().describe('Odd intervals'),
        alerts: z.number().describe('Those of them that were alerts'),
        lastResult: when.nullable().describe('End of the last odd interval'),
      })
      .optional(),
  })
  .meta({ id: 'AnomalyDetector' });
export type DetectorRow = z.infer<typeof detectorRow>;

export const detectorList = z
  .object({
    detectors: z.array(detectorRow),
    faults: z.array(z.object({ file: z.string(), reason: z.string() })).describe('Files that hold none'),
  })
  .meta({ id: 'AnomalyDetectorList' });

export const detectorDetail = detectorRow
  .extend({ source: z.string().describe('YAML') })
  .meta({ id: 'AnomalyDetectorDetail' });

export const detectorBody = z.object({ source: z.string().min(1).max(100_000).describe('YAML') });

export const detectorRun = z
  .object({
    id: z.string(),
    detector: z.string(),
    by: z.string(),
    state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
    from: when,
    to: when,
    done: z.number().describe('Events looked at'),
    total: z.number().optional(),
    createdAt: when,
    finishedAt: when.optional(),
    detail: z.string().optional().describe('Why it failed'),
    result: z
      .object({
        events: z.number(),
        entities: z.number(),
        graded: z.number(),
        results: z.number(),
        alerts: z.number().describe('What would have been alerts'),
        items: z.array(z.object(anomaly)).describe('The oddest, in order of time'),
      })
      .optional(),
  })
  .meta({ id: 'DetectorRun' });
export type DetectorRun = z.infer<typeof detectorRun>;

export const detectorHistory = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        ...anomaly,
        alert: z.string().exactOptional().describe('Id of the alert that it is in'),
      }),
    ),
    next: z.string().optional(),
  })
  .meta({ id: 'DetectorHistory' });

export const detectorEstimate = detectorRow
  .pick({ id: true, title: true, filter: true, by: true, features: true, interval: true, memory: true })
  .meta({ id: 'DetectorEstimate' });

const entity = z.array(z.string().max(600)).max(2).describe('Values of the fields that it goes by');

export const detectorEntities = z
  .object({
    entities: z.array(
      z.object({
        entity,
        active: z.boolean().describe('Whether its intervals are told to its forest'),
        seen: z.number().describe('Intervals that its forest was told'),
        graded: z.boolean(),
        newest: when.describe('Of its newest event'),
        last: z
          .object({ from: when, score: z.number(), grade: z.number() })
          .nullable()
          .describe('What was said of its last interval'),
      }),
    ),
  })
  .meta({ id: 'DetectorEntities' });

const known = z.number().nullable();
export const detectorSeries = z
  .object({
    entity,
    interval: z.number().describe('Milliseconds'),
    threshold: z.number().describe('Score of the least alert'),
    features: z.array(z.string()),
    points: z.array(
      z.object({
        from: when,
        score: z.number(),
        grade: z.number(),
        features: z.array(
          z.object({
            actual: known,
            expected: known,
            lower: known.describe('What is less is a reason for an alert; null where nothing would be'),
            upper: known.describe('What is more is a reason for an alert; null where nothing would be'),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'DetectorSeries' });

const reach = z
  .strictObject({
    feature: z.string().max(64),
    direction: z.enum(['above', 'below', 'both']).describe('On which side of what was expected'),
    absolute: z.number().positive().exactOptional().describe('In the feature’s own unit'),
    relative: z.number().positive().max(1_000).exactOptional().describe('As a share of what was expected'),
  })
  .describe('How far a feature may be off: as far as the one of both that reaches further');

const tolerance = {
  entity: entity.exactOptional().describe('Whose intervals; every entity’s if absent'),
  features: z.array(reach).min(1).max(10),
};

export const normalBody = z.strictObject({
  ...tolerance,
  reason: z.string().trim().min(1).max(1_000),
  expires: z.iso.datetime().exactOptional().describe('Intervals that begin later are looked at as before'),
});

export const normalRow = z
  .object({
    id: z.uuid(),
    ...{ ...tolerance, reason: z.string(), author: z.string(), created: when },
    expires: when.exactOptional(),
  })
  .meta({ id: 'DetectorNormal' });
export type NormalRow = z.infer<typeof normalRow>;

export const normalList = z.object({ normal: z.array(normalRow) }).meta({ id: 'DetectorNormalList' });

const effect = z
  .object({
    intervals: z.number().describe('Odd intervals that were alerts'),
    hiddenIntervals: z.number().describe('Those of them that would have been none'),
    alerts: z.number(),
    hiddenAlerts: z.number().describe('Alerts of which no interval would be left'),
    truePositives: z.number().describe('Hidden alerts that were closed as an attack'),
    harmless: z.number().describe('Hidden alerts that were closed as none'),
  })
  .meta({ id: 'DetectorEffect' });
export type DetectorEffect = z.infer<typeof effect>;

const looked = {
  from: when,
  complete: z.boolean().describe('Whether there was no more in that time than is looked at'),
};
export const normalEffectBody = normalBody.omit({ reason: true });
export const normalEffect = z.object({ ...looked, effect }).meta({ id: 'DetectorNormalEffect' });

export const suggestion = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('grade'),
    grade: z.number(),
    source: z.string().describe('The detector with it, as YAML'),
    effect,
  }),
  z.object({ kind: z.literal('normal'), entity, features: z.array(reach), effect }),
]);
export type DetectorSuggestion = z.infer<typeof suggestion>;

export const suggestionList = z
  .object({ ...looked, suggestions: z.array(suggestion) })
  .meta({ id: 'DetectorSuggestions' });
