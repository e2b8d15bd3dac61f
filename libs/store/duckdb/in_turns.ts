import { setImmediate as turn } from 'node:timers/promises';

/** Alerts with their documents that are read or written as JSON at once: some 5 ms. */
const together = 50;
/** Where they are long, milliseconds. */
const longest = 10;

/** Maps items, and gives the event loop its turn in between. */
export async function inTurns<Item, Made>(
  items: readonly Item[],
  make: (item: Item) => Made,
): Promise<Made[]> {
  const made: Made[] = [];
  let since = performance.now();
  for (const item of items) {
    made.push(make(item));
    if (made.length === items.length) break;
    if (made.length % together !== 0 && performance.now() - since < longest) continue;
    await turn();
    since = performance.now();
  }
  return made;
}
