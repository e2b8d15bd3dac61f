import { z } from 'zod';

const when = z.number().nullable();

export const enrichment = z
  .object({
    sources: z.array(
      z.object({
        kind: z.enum(['geoip', 'threat_intel', 'table']),
        name: z.string(),
        from: z.string().describe('Path, or address without query'),
        entries: z.number().describe('Keys in force; of a MaxMind database the nodes of its tree'),
        bytes: z.number().describe('Memory that it takes'),
        unfit: z.number().describe('Lines or objects of the version in force that are not understood'),
        expired: z.number().describe('Indicators that had expired when it was loaded'),
        loadedAt: when.describe('When the version in force was loaded, epoch milliseconds; null: none is'),
        changedAt: when.describe('When that version had changed, or was built, epoch milliseconds'),
        failures: z.number().describe('Attempts to load it that failed, since the start'),
        fault: z
          .object({ at: z.number().describe('Epoch milliseconds'), reason: z.string() })
          .nullable()
          .describe('Why the last attempt failed; the version before is in force'),
        matches: z.number().describe('Values of events that it said something of, since the start'),
      }),
    ),
  })
  .meta({ id: 'Enrichment' });
