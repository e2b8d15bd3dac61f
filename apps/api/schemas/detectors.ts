import { z } from 'zod';

const when = z.number().describe('Epoch milliseconds');
const features = z.array(
  z.object({
    name: z.string(),
    actual: z.number().nullable().describe('Null where it was not measured'),
    expected: z.number().nullable(),
    contribution: z.number().describe('Part of the score'),
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
  suppressed: z.enum(['grade', 'confidence', 'rules']).exactOptional().describe('Why it is no alert'),
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
        alerts: z.number(),
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
  .object({ items: z.array(z.object({ id: z.string(), ...anomaly })), next: z.string().optional() })
  .meta({ id: 'DetectorHistory' });
