import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type {
  DetectorDetail,
  DetectorHistory,
  DetectorList,
  DetectorRow,
  DetectorRun,
  NormalBody,
  NormalEffect,
  NormalList,
  NormalRow,
  SuggestionList,
} from '@tidewatch/api/schemas';
import { formatIssues } from '@tidewatch/plugin';
import { parseDefinition } from '@tidewatch/scorer/detectors';
import { reasonOf, startErrors } from '../errors.ts';
import { askServer, moment } from '../server/ask.ts';

export type EffectAsked = Omit<NormalBody, 'reason'>;

export interface Times {
  readonly since: string;
  readonly until?: string;
}

const everyMs = 500;

/** What the running server does with detectors. */
export async function detectorClient(data: string) {
  const ask = await askServer(data);
  const path = (id: string, more = ''): string => `/detectors/${encodeURIComponent(id)}${more}`;
  const range = ({ since, until = 'now' }: Times) => ({ from: moment(since), to: moment(until) });
  return {
    list: () => ask<DetectorList>('GET', '/detectors'),
    show: (id: string) => ask<DetectorDetail>('GET', path(id)),
    /** @throws FILE_UNREADABLE, DETECTOR_INVALID */
    async create(file: string): Promise<DetectorRow> {
      const source = await readFile(file, 'utf8').catch((error: unknown) => {
        throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(error) });
      });
      const read = parseDefinition(source);
      if (!read.ok) throw startErrors.DETECTOR_INVALID({ file, reason: formatIssues(read.faults) });
      return ask<DetectorRow>('PUT', path(read.definition.id), { source });
    },
    normal: (id: string) => ask<NormalList>('GET', path(id, '/normal')),
    suggestions: (id: string) => ask<SuggestionList>('GET', path(id, '/suggestions')),
    /** What it would have hidden; nothing changes. */
    effect: (id: string, body: EffectAsked) => ask<NormalEffect>('POST', path(id, '/normal/effect'), body),
    callNormal: (id: string, body: NormalBody) => ask<NormalRow>('POST', path(id, '/normal'), body),
    takeBack: (id: string, normal: string) =>
      ask<NormalRow>('DELETE', path(id, `/normal/${encodeURIComponent(normal)}`)),
    remove: (id: string) => ask<{ id: string }>('DELETE', path(id)),
    history: (id: string, times: Times, limit: number) =>
      ask<DetectorHistory>(
        'GET',
        `${path(id, '/history')}?${new URLSearchParams({ ...range(times), limit: String(limit) })}`,
      ),
    /** Waits for its end. */
    async run(id: string, times: Times, progress: (run: DetectorRun) => void): Promise<DetectorRun> {
      let run = await ask<DetectorRun>('POST', path(id, '/runs'), range(times));
      while (run.finishedAt === undefined) {
        await setTimeout(everyMs);
        run = await ask<DetectorRun>('GET', `/detectors/runs/${run.id}`);
        progress(run);
      }
      return run;
    },
  };
}
