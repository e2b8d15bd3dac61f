import { suiteClasses } from '../fixtures.suite.ts';
import { crashBatch } from './crash.batch.ts';
import { openDuckDbStore } from './index.ts';

/** Writes batches for ever and prints the last offset of each that was acknowledged, until it is killed. */
const [directory, first, thread] = process.argv.slice(2) as [string, string, string];
const store = await openDuckDbStore({ directory, classes: suiteClasses, thread: new URL(thread) });
for (let offset = Number(first); ; offset += 100) {
  const outcomes = await store.events.write(crashBatch(offset));
  process.stdout.write(`${offset + outcomes.length - 1}\n`);
}
