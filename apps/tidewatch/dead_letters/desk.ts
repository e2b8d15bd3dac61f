import { isUtf8 } from 'node:buffer';
import type { DeadLetterChoice, DeadLetterDesk, DeadLetterFilter } from '@tidewatch/api';
import type { DeadLetter } from '@tidewatch/api/schemas';
import {
  createJobs,
  decodeDeadLetter,
  type FoundLetter,
  type JobLetters,
  type LetterFilter,
  type LetterLedger,
  letterId,
  parseLetterId,
  searchLetters,
} from '@tidewatch/ingest';
import type { Position, Stream } from '@tidewatch/stream';
import { databasesOf } from '../server/adapters.ts';
import { openJudge } from '../server/ingest.ts';
import type { Runtime } from '../server/runtime.ts';

/** How much of a letter's bytes a list shows. */
const rawShown = 8 * 1024;
/** Letters looked at for one page. */
const scanLimit = 5_000;

/** Dead letters as the API shows and works on them. What work came to goes into the audit log. */
export function openDeadLetterDesk(runtime: Runtime, ledger: LetterLedger): DeadLetterDesk {
  const { adapters, log, metrics, onClose } = runtime;
  const { events, deadLetters, letterOutcomes: outcomes } = adapters;
  const { audit } = databasesOf(adapters).control;
  const jobs = createJobs({
    letters: deadLetters,
    outcomes,
    events,
    ledger,
    openJudge: () => openJudge(runtime),
    openSealed: runtime.pseudonyms?.letters.open,
    metrics,
    log,
    onFinished: ({ id, verb, by, state, counts }) =>
      audit.append({
        who: by,
        action: `dead_letters.${verb}.done`,
        target: id,
        detail: { state, ...counts },
      }),
  });
  onClose(() => jobs.close());
  return {
    async search(filter, { limit, after }) {
      const { items, ...rest } = await searchLetters(deadLetters, ledger, toFilter(filter), {
        limit,
        scanLimit,
        ...(after === undefined ? {} : { after }),
      });
      return { ...rest, items: await Promise.all(items.map((found) => show(found, ledger, rawShown))) };
    },
    async get(id) {
      const position = parseLetterId(id);
      const record = position === undefined ? undefined : await readAt(deadLetters, position);
      if (record === undefined) return undefined;
      const letter = decodeDeadLetter(record);
      return show({ letter, state: ledger.stateOf(letter.position) }, ledger);
    },
    totals: async () => ({ totals: await ledger.totals() }),
    start: ({ choice, ...request }) => jobs.start({ ...request, letters: toLetters(choice) }),
    jobs: jobs.list,
    job: jobs.get,
    cancel: jobs.cancel,
  };
}

/** Undefined for a letter that retention deleted, in whose place a read finds a later one. */
async function readAt(stream: Stream, position: Position) {
  const [record] = await stream.read(position, 1);
  return record?.position.offset === position.offset ? record : undefined;
}

const toFilter = ({ query, ...filter }: DeadLetterFilter): LetterFilter => ({
  ...filter,
  ...(query === undefined ? {} : { matches: query.matches }),
});

function toLetters(choice: DeadLetterChoice): JobLetters {
  if ('ids' in choice) return { ids: choice.ids.flatMap((id) => parseLetterId(id) ?? []) };
  if ('job' in choice) return choice;
  const { query } = choice.filter;
  return {
    filter: toFilter(choice.filter),
    ...(query === undefined ? {} : { query: query.text }),
  };
}

/** @param limit of the raw bytes; all of them without it */
async function show(
  { letter, state }: FoundLetter,
  ledger: LetterLedger,
  limit?: number,
): Promise<DeadLetter> {
  const { raw, hints, position } = letter;
  const outcome = await ledger.outcomeOf(position);
  return {
    id: letterId(position),
    at: new Date(letter.at).toISOString(),
    received: new Date(letter.received).toISOString(),
    stage: letter.stage,
    reason: letter.reason,
    message: letter.message,
    source: letter.source,
    format: letter.format,
    hints: { ...hints },
    event: letter.id,
    state,
    ...(outcome === undefined
      ? {}
      : {
          outcome: {
            by: outcome.by,
            at: new Date(outcome.at).toISOString(),
            ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
            ...(outcome.message === undefined ? {} : { message: outcome.message }),
          },
        }),
    ...rawText(raw, limit),
    bytes: raw.length,
  };
}

/** UTF-8 bytes come back as they were; other bytes can't be shown as text without changing them. */
export function rawText(raw: Uint8Array, limit = raw.length): Pick<DeadLetter, 'raw' | 'encoding'> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.length);
  if (!isUtf8(bytes))
    return { raw: bytes.toString('base64', 0, Math.min(limit, bytes.length)), encoding: 'base64' };
  let end = Math.min(limit, bytes.length);
  // A character is not cut: its further bytes begin with 10.
  while (end > 0 && end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return { raw: bytes.toString('utf8', 0, end), encoding: 'utf8' };
}
