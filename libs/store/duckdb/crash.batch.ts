import type { IndexedEvent } from '../contract.ts';
import { indexed, suiteNow } from '../fixtures.suite.ts';

/** A hundred events of two classes, the same for the same offset. */
export function crashBatch(from: number, ingested = suiteNow): IndexedEvent[] {
  return Array.from({ length: 100 }, (_, i) =>
    indexed(
      { host: { name: `host-${i}` }, message: 'x'.repeat(500) },
      {
        position: { partition: 0, offset: from + i },
        dataClass: i % 2 === 0 ? 'short' : 'middle',
        ingested,
        senderChosenId: i % 3 === 0,
      },
    ),
  );
}
