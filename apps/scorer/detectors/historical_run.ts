import type { EcsEvent } from '@tidewatch/event';
import { buffersOf, takenOf } from './batch.ts';
import type { Definition } from './definition.ts';
import { startDetectorThread } from './detector_thread.ts';
import type { Normal } from './normal.ts';
import type { Result } from './result.ts';
import type { Finding } from './watch.ts';

/** What a detector would have found in stored events. */
export interface HistoricalRun {
  readonly events: number;
  readonly entities: number;
  /** Entities whose intervals were graded in the end. */
  readonly graded: number;
  /** Odd intervals, and those of them that would have been alerts. */
  readonly results: number;
  readonly alerts: number;
  /** The oddest, in order of time. */
  readonly items: readonly Result[];
}

/** So many of the oddest are kept. */
const mostKept = 200;

/** Runs a detector over events in order of time, in a thread and with forests of its own: nothing of it stays. */
export async function runOver(
  definition: Definition,
  events: AsyncIterable<readonly EcsEvent[]>,
  {
    program,
    normal,
    memory,
    synthetic,
    onProgress,
  }: {
    readonly program: URL;
    readonly normal: readonly Normal[];
    readonly memory: number;
    readonly synthetic: readonly string[];
    readonly onProgress: (events: number) => void;
  },
): Promise<HistoricalRun> {
  const thread = startDetectorThread(program, { file: ':memory:' }, () => {});
  try {
    await thread.ask({ ask: 'load', detecting: { definitions: [definition], normal, synthetic, memory } });
    const found = { events: 0, results: 0, alerts: 0 };
    let newest = 0;
    let items: Result[] = [];
    const add = (findings: readonly Finding[]) => {
      found.results += findings.length;
      found.alerts += findings.filter(({ result }) => result.suppressed === undefined).length;
      items.push(...findings.map(({ result }) => result));
      if (items.length > 2 * mostKept) items = oddest(items);
    };
    for await (const page of events) {
      if (page.length === 0) continue;
      const taken = takenOf(page);
      newest = Math.max(newest, taken.times.at(-1) as number);
      await thread.ask({ ask: 'take', taken }, buffersOf(taken), add);
      found.events += page.length;
      onProgress(found.events);
    }
    await thread.ask({ ask: 'advance', time: newest + definition.interval + definition.delay }, [], add);
    const { detectors } = await thread.ask({ ask: 'state' });
    const { known = 0, graded = 0 } = detectors[definition.id] ?? {};
    return { ...found, entities: known, graded, items: oddest(items).sort((a, b) => a.from - b.from) };
  } finally {
    await thread.close();
  }
}

const oddest = (results: readonly Result[]): Result[] =>
  results.toSorted((a, b) => b.grade - a.grade).slice(0, mostKept);
