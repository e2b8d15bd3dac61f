import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { isTidewatchError } from '@tidewatch/event';
import { startErrors } from '../errors.ts';

export interface SendTarget {
  /** Base URL of the HTTP input, e.g. `http://127.0.0.1:8421`. */
  readonly to: string;
  readonly source: string;
  /** Told bytes read and, where known, bytes in all. */
  readonly progress?: (done: number, total: number | undefined) => void;
}

export interface SendOutcome {
  accepted: number;
  deadLetters: number;
  refused: number;
  /** Records of a Windows event log that can't be read, and so were not sent. */
  damaged: number;
  /** The first failures, with the 1-based line in the file. */
  failures: { line: number; reason: string }[];
}

/** Documents and bytes of one request. */
const batch = { lines: 2_000, bytes: 4 * 1024 * 1024 } as const;
const failuresShown = 10;

/**
 * Sends a file line by line through `/_bulk`; a line that is not a JSON object goes as `{"message": line}`. A file that is
 * one JSON array, or one object over several lines, goes as its documents, and a Windows event log (`.evtx`) as its
 * records. Waits and tries again while the server
 * answers 429 or 503. Requests are keyed by their content, so a file sent again after a broken connection is there once.
 * Rejects with a typed error when the file or the endpoint is not there.
 */
export async function sendFile(file: string, target: SendTarget): Promise<SendOutcome> {
  const outcome: SendOutcome = { accepted: 0, deadLetters: 0, refused: 0, damaged: 0, failures: [] };
  const { documents, total, read } = await open(file, outcome);
  let lines: string[] = [];
  let bytes = 0;
  let first = 1;
  const flush = async () => {
    await sendBatch(lines, first, target, outcome);
    first += lines.length;
    lines = [];
    bytes = 0;
    target.progress?.(read(), total);
  };
  let failed: unknown;
  try {
    for await (const line of documents) {
      lines.push(line);
      bytes += line.length;
      if (lines.length >= batch.lines || bytes >= batch.bytes) await flush();
    }
  } catch (error) {
    failed = error;
  }
  // What was read before the file turned out to be damaged is sent.
  if (failed === undefined || isTidewatchError(failed, 'FILE_UNREADABLE')) await flush();
  if (failed !== undefined) throw failed;
  return outcome;
}

/** How a JSON array, or an object over several lines, begins; a log line may begin with a bracket too. */
const wholeJson = /^(\[\s*(\{.*)?|\{\s*)$/;

async function* documentLines(input: Readable, file: string): AsyncGenerator<string> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let whole: string[] | undefined;
  let first = true;
  try {
    for await (const line of lines) {
      if (first && wholeJson.test(line)) whole = [];
      first = false;
      if (whole === undefined) yield line;
      else whole.push(line);
    }
  } catch (error) {
    throw startErrors.FILE_UNREADABLE({ file, reason: (error as Error).message });
  }
  if (whole === undefined) return;
  let parsed: unknown;
  try {
    parsed = JSON.parse(whole.join('\n'));
  } catch (error) {
    throw startErrors.FILE_UNREADABLE({
      file,
      reason: `it begins as one JSON value, but ${(error as Error).message}`,
    });
  }
  for (const document of Array.isArray(parsed) ? parsed : [parsed]) yield JSON.stringify(document);
}

interface OpenFile {
  readonly documents: AsyncIterable<string>;
  readonly total: number | undefined;
  readonly read: () => number;
}

async function open(file: string, outcome: SendOutcome): Promise<OpenFile> {
  if (file === '-') return { documents: documentLines(process.stdin, file), total: undefined, read: () => 0 };
  const found = await stat(file).catch((error: Error) => {
    throw startErrors.FILE_UNREADABLE({ file, reason: error.message });
  });
  if (!found.isFile()) throw startErrors.FILE_UNREADABLE({ file, reason: 'it is not a file' });
  if (/\.evtx$/i.test(file)) return openEventLog(file, outcome);
  const raw = createReadStream(file);
  const stream = file.endsWith('.gz') ? Readable.from(raw.pipe(createGunzip())) : raw;
  return { documents: documentLines(stream, file), total: found.size, read: () => raw.bytesRead };
}

function openEventLog(file: string, outcome: SendOutcome): OpenFile {
  let sent = 0;
  async function* documents(): AsyncGenerator<string> {
    const { readEvtx } = await import('@tidewatch/inputs');
    for await (const { records, damaged } of readEvtx(file, undefined)) {
      outcome.damaged += damaged;
      for (const { bytes } of records) {
        const text = Buffer.from(bytes).toString();
        // What can't be read is no JSON.
        if (!text.startsWith('{')) continue;
        sent += text.length;
        yield text;
      }
    }
  }
  return { documents: documents(), total: undefined, read: () => sent };
}

interface BulkAnswer {
  readonly items: readonly Record<
    string,
    { readonly status: number; readonly error?: { readonly type: string; readonly reason: string } }
  >[];
}

async function sendBatch(
  lines: readonly string[],
  first: number,
  { to, source }: SendTarget,
  outcome: SendOutcome,
) {
  const numbered = lines.flatMap((line, i) => (line.trim() === '' ? [] : [{ line, number: first + i }]));
  if (numbered.length === 0) return;
  const body = numbered.map(({ line }) => `{"create":{}}\n${asDocument(line)}\n`).join('');
  const url = `${to}/${encodeURIComponent(source)}/_bulk`;
  const answer = await post(url, body, first);
  answer.items.forEach((item, i) => {
    const { status, error } = Object.values(item)[0] ?? { status: 500 };
    if (status < 300) {
      outcome.accepted++;
      return;
    }
    if (status === 403) outcome.refused++;
    else outcome.deadLetters++;
    if (outcome.failures.length < failuresShown)
      outcome.failures.push({ line: numbered[i]?.number ?? 0, reason: error?.reason ?? `status ${status}` });
  });
}

/** A broken JSON document goes as it is, so that the server keeps it as a dead letter; a log line is wrapped. */
const asDocument = (line: string): string =>
  line.startsWith('{') ? line : JSON.stringify({ message: line });

async function post(url: string, body: string, first: number): Promise<BulkAnswer> {
  // With the place in the file, since two batches of one file may well be the same.
  const key = createHash('sha256').update(`${first}\n${body}`).digest('base64url');
  for (;;) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
      body,
    }).catch((error: Error & { cause?: Error }) => {
      throw startErrors.ENDPOINT_UNREACHABLE({ url, reason: error.cause?.message ?? error.message });
    });
    if (response.ok) return (await response.json()) as BulkAnswer;
    const text = await response.text();
    if (response.status !== 429 && response.status !== 503)
      throw startErrors.ENDPOINT_REFUSED({ url, status: response.status, reason: text.slice(0, 500) });
    await setTimeout(1_000 * Number(response.headers.get('retry-after') ?? 1));
  }
}
