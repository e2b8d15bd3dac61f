/**
 * The detector's program, but it ends its thread instead of answering the batches whose numbers stand in the address
 * (`?die=1,3`), counted over all its threads by files in `marks`.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import type { Request } from './protocol.ts';
import './worker.ts';

const { searchParams } = new URL(import.meta.url);
const marks = searchParams.get('marks') ?? '';
const deaths = new Set((searchParams.get('die') ?? '').split(',').map(Number));

// The program answers a batch in a later turn, which never comes.
parentPort?.on('message', ({ ask }: Request) => {
  if (ask !== 'detect') return;
  const batch = readdirSync(marks).length + 1;
  writeFileSync(join(marks, String(batch)), '');
  if (deaths.has(batch)) process.exit(1);
});
