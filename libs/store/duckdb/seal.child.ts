import { day, suiteClasses, suiteNow } from '../fixtures.suite.ts';
import { crashBatch } from './crash.batch.ts';
import { openDuckDbStore } from './index.ts';

/** Writes three batches of one partition and seals it, each time anew, and prints what it does until it is killed. */
const [directory, first] = process.argv.slice(2) as [string, string];
const store = await openDuckDbStore({ directory, classes: suiteClasses });
const tell = (text: string) => process.stdout.write(`${text}\n`);
for (let offset = Number(first); ; offset += 300) {
  for (const at of [offset, offset + 100, offset + 200])
    await store.events.write(crashBatch(at, suiteNow + Math.floor(offset / 300) * day));
  tell(`written ${offset + 299}`);
  await store.seal(Number.MAX_SAFE_INTEGER);
}
