import type { RawRecord } from '@tidewatch/plugin';
import type { Logger } from '@tidewatch/telemetry';
import type { Connection, Reader } from '../syslog/connections.ts';
import type { Counts } from '../syslog/counts.ts';
import { frameOf } from '../syslog/framing.ts';
import { recordOf } from '../syslog/receiver.ts';
import type { Budget } from './budget.ts';
import type { RelpConfig } from './config.ts';
import { createRelpDeframer, type RelpFrame, response, serverClose } from './framing.ts';
import { answerOffers } from './offers.ts';

/** Resolves with true when all records are kept, with false when that was given up. */
export type Keep = (records: readonly RawRecord[], gone: AbortSignal) => Promise<boolean>;

export interface SessionOptions {
  readonly config: RelpConfig;
  readonly counts: Counts;
  readonly keep: Keep;
  readonly budget: Budget;
  readonly log: Logger;
}

/** One sender's session. */
export interface Session extends Reader {
  /** Acknowledges what is under way, tells the sender and closes; resolves when it has. */
  finish(): Promise<void>;
}

/** A command that is yet to be answered. */
interface Waiting {
  readonly txnr: number;
  /** Undefined where the answer waits only for its turn. */
  readonly record: RawRecord | undefined;
  readonly answer: string;
}

const acknowledged = '200 OK';
const largestTxnr = 999_999_999;

/**
 * Begins a session. Commands are answered in their order, a message only when it is kept. Messages of a connection that
 * broke are given up where they can be, since their sender sends them again.
 */
export function createSession(connection: Connection, options: SessionOptions): Session {
  const { config, counts, budget, log } = options;
  const deframer = createRelpDeframer(config.max_line_bytes);
  const gone = new AbortController();
  let state: 'new' | 'open' | 'closing' = 'new';
  let expected = 1;
  let queue: Waiting[] = [];
  /** Messages that are not answered, queued or with the pipeline. */
  let unanswered = 0;
  let running = false;
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });

  /** Takes one command; answers what is wrong with it, if anything. */
  function handle(frame: RelpFrame, received: number): string | undefined {
    const { txnr, command } = frame;
    // A hint may be passed by.
    if (txnr === 0) return undefined;
    if (txnr !== expected) return `a command has the number ${txnr}, not ${expected}`;
    expected = expected === largestTxnr ? 1 : expected + 1;
    if (command === 'open') return open(frame);
    if (state === 'new') return 'a command comes before the session is open';
    if (command === 'syslog') message(frame, received);
    else if (command === 'close') {
      state = 'closing';
      enqueue({ txnr, record: undefined, answer: acknowledged });
    } else enqueue({ txnr, record: undefined, answer: '500 this command is not known' });
    return undefined;
  }

  function open({ txnr, data }: RelpFrame): string | undefined {
    const offered = answerOffers(data.toString());
    enqueue({ txnr, record: undefined, answer: offered.answer });
    if (offered.ok) state = 'open';
    return offered.ok ? undefined : offered.answer;
  }

  function message({ txnr, data, truncatedFrom }: RelpFrame, received: number): void {
    const frame =
      truncatedFrom === undefined ? frameOf(data, config.max_line_bytes) : { bytes: data, truncatedFrom };
    const record =
      frame === undefined ? undefined : recordOf(frame, connection.hints, config.format, received, counts);
    enqueue({ txnr, record, answer: acknowledged });
  }

  function enqueue(waiting: Waiting): void {
    queue.push(waiting);
    unanswered++;
    budget.take(waiting.record);
  }

  function settle(answered: readonly Waiting[]): void {
    unanswered -= answered.length;
    for (const { record } of answered) budget.give(record);
    if (unanswered < config.window) connection.release('window');
  }

  function send(): void {
    if (running) return;
    running = true;
    void run().finally(() => {
      running = false;
    });
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      const records = batch.flatMap(({ record }) => record ?? []);
      const kept = records.length === 0 || (await options.keep(records, gone.signal));
      settle(batch);
      // What comes after it may not be acknowledged either.
      if (!kept) gone.abort();
      if (!gone.signal.aborted)
        connection.write(batch.map(({ txnr, answer }) => response(txnr, answer)).join(''));
    }
    if (state !== 'closing') return;
    connection.write(serverClose);
    connection.end();
  }

  /** Takes commands until one is wrong; answers what is wrong with it. */
  function handleAll(frames: readonly RelpFrame[], received: number): string | undefined {
    for (const frame of frames) {
      if (state === 'closing') return 'a command comes after the session was closed';
      const fault = handle(frame, received);
      if (fault !== undefined) return fault;
    }
    return deframer.fault;
  }

  return {
    data(chunk) {
      if (state === 'closing') return 0;
      const before = unanswered;
      const fault = handleAll(deframer.push(chunk), Date.now());
      if (fault !== undefined) {
        counts.add('faults');
        log.debug({ input: 'relp', peer: connection.hints.peer, fault }, 'A RELP session is broken off');
        state = 'closing';
      }
      const commands = unanswered - before;
      if (unanswered >= config.window) connection.hold('window');
      if (budget.full) connection.hold('pipeline');
      send();
      return commands;
    },
    closed() {
      gone.abort();
      settle(queue);
      queue = [];
      close();
    },
    async finish() {
      state = 'closing';
      send();
      await closed;
    },
  };
}
