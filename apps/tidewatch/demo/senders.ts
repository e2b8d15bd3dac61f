import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { appendFile, mkdir } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '@tidewatch/event';
import { retry, type TryAgain } from './retry.ts';

/** Where the demonstration's inputs listen. */
export interface DemoAddresses {
  /** Up to and without `/_bulk`, e.g. `http://127.0.0.1:8421`. */
  readonly bulkUrl: string;
  readonly syslogTcp: { readonly host: string; readonly port: number };
  readonly syslogUdp: { readonly host: string; readonly port: number };
  /** A file that a file input tails. Made, with its folder, where absent. */
  readonly nginxFile: string;
}

/**
 * The ways into Tidewatch. Each call resolves when the batch was handed over, or when it was given up and reported;
 * it never rejects. Documents carry ids made from their content, so that a batch sent again is not there twice; plain
 * syslog has no ids, so a batch cut off by a broken connection may come twice.
 */
export interface DemoSenders {
  bulk(documents: readonly JsonObject[], index: string): Promise<void>;
  syslogTcp(lines: readonly string[]): Promise<void>;
  syslogUdp(lines: readonly string[]): Promise<void>;
  appendFile(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Something that could not be sent. The demonstration goes on. */
export interface SendProblem {
  readonly channel: 'bulk' | 'syslog_tcp' | 'syslog_udp' | 'file';
  readonly message: string;
  /** Events that the problem cost. */
  readonly lost: number;
}

export interface SenderContext {
  readonly signal: AbortSignal;
  readonly onProblem: (problem: SendProblem) => void;
}

/** A socket's default receive buffer holds a few hundred datagrams; more at once would be dropped unseen. */
const datagramsAtOnce = 40;
const datagramPauseMs = 4;

export function createSenders(addresses: DemoAddresses, { signal, onProblem }: SenderContext): DemoSenders {
  const connection = createLineConnection(addresses.syslogTcp, signal);
  const datagrams = createSocket(addresses.syslogUdp.host.includes(':') ? 'udp6' : 'udp4');
  datagrams.unref();
  datagrams.on('error', (error) => onProblem({ channel: 'syslog_udp', message: error.message, lost: 0 }));
  let closed = false;

  const deliver = async (
    channel: SendProblem['channel'],
    count: number,
    attempt: () => Promise<TryAgain | undefined>,
  ) => {
    const reason = await retry(attempt, signal);
    if (reason !== undefined) onProblem({ channel, message: reason, lost: count });
  };

  return {
    bulk: async (documents, index) => {
      let waiting = documents;
      const refuse = (message: string, lost: number) => onProblem({ channel: 'bulk', message, lost });
      await deliver('bulk', documents.length, async () => {
        const answer = await postBulk(addresses, waiting, index, signal);
        if (answer.refused.length > 0) refuse(answer.refused[0] ?? '', answer.refused.length);
        waiting = answer.again;
        return answer.tryAgain;
      });
    },
    syslogTcp: (lines) => deliver('syslog_tcp', lines.length, () => connection.write(lines)),
    syslogUdp: async (lines) => {
      const { host, port } = addresses.syslogUdp;
      const sent = (error: Error | null) => {
        if (error) onProblem({ channel: 'syslog_udp', message: error.message, lost: 1 });
      };
      for (let i = 0; i < lines.length && !signal.aborted && !closed; i += datagramsAtOnce) {
        for (const line of lines.slice(i, i + datagramsAtOnce)) datagrams.send(line, port, host, sent);
        if (i + datagramsAtOnce < lines.length) await sleep(datagramPauseMs);
      }
    },
    appendFile: (lines) =>
      deliver('file', lines.length, async () => {
        await mkdir(dirname(addresses.nginxFile), { recursive: true });
        await appendFile(addresses.nginxFile, `${lines.join('\n')}\n`);
        return undefined;
      }),
    close: async () => {
      if (closed) return;
      closed = true;
      connection.close();
      await new Promise<void>((resolve) => datagrams.close(resolve));
    },
  };
}

interface BulkAnswer {
  /** Documents to send once more. */
  readonly again: readonly JsonObject[];
  /** Reasons of those refused for good. */
  readonly refused: readonly string[];
  readonly tryAgain: TryAgain | undefined;
}

interface BulkItem {
  readonly status?: number;
  readonly error?: { readonly reason?: string } | string;
}

const isBusy = (status: number): boolean => status === 429 || status === 503;

async function postBulk(
  { bulkUrl }: DemoAddresses,
  documents: readonly JsonObject[],
  index: string,
  signal: AbortSignal,
): Promise<BulkAnswer> {
  const response = await fetch(`${bulkUrl}/${index}/_bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: documents.map(bulkLines).join(''),
    signal,
  });
  if (isBusy(response.status)) {
    await response.body?.cancel();
    const after = Number(response.headers.get('retry-after'));
    const reason = `The receiver is busy (HTTP ${response.status}).`;
    return {
      again: documents,
      refused: [],
      tryAgain: { reason, ...(after > 0 ? { afterSeconds: after } : {}) },
    };
  }
  if (!response.ok) {
    const message = `HTTP ${response.status}: ${(await response.text()).slice(0, 300)}`;
    return { again: [], refused: documents.map(() => message), tryAgain: undefined };
  }
  const { items = [] } = (await response.json()) as { readonly items?: readonly Record<string, BulkItem>[] };
  const outcomes = items.map((item) => Object.values(item)[0] ?? {});
  const again = documents.filter((_, i) => isBusy(outcomes[i]?.status ?? 0));
  const refused = outcomes
    .filter(({ status = 0 }) => status >= 400 && status !== 409 && !isBusy(status))
    .map(
      ({ status, error }) =>
        (typeof error === 'string' ? error : error?.reason) ?? `Refused with status ${status}.`,
    );
  const tryAgain = again.length > 0 ? { reason: `${again.length} documents were put off.` } : undefined;
  return { again, refused, tryAgain };
}

/** The action and the document. The id comes from the content: a retry is the same event. */
function bulkLines(document: JsonObject): string {
  const text = JSON.stringify(document);
  const id = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return `{"create":{"_id":"${id}"}}\n${text}\n`;
}

/** One TCP connection for lines, opened when first needed and again after it broke. */
function createLineConnection(
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
) {
  let socket: Socket | undefined;
  const open = () =>
    new Promise<Socket>((resolve, reject) => {
      const opening = createConnection({ host, port, signal });
      opening.once('connect', () => {
        opening.on('error', () => opening.destroy());
        opening.once('close', () => {
          if (socket === opening) socket = undefined;
        });
        // Nothing is read, but unread bytes would keep the end of the connection from being seen.
        opening.resume();
        resolve(opening);
      });
      opening.once('error', reject);
    });
  return {
    write: async (lines: readonly string[]): Promise<undefined> => {
      socket ??= await open();
      const current = socket;
      await new Promise<void>((resolve, reject) => {
        const closed = () => reject(new Error('The syslog listener closed the connection.'));
        current.once('close', closed);
        current.write(`${lines.join('\n')}\n`, (error) => {
          current.off('close', closed);
          if (error) reject(error);
          else resolve();
        });
      });
    },
    close: () => {
      socket?.destroySoon();
      socket = undefined;
    },
  };
}
