import { setTimeout as sleep } from 'node:timers/promises';
import type { TidewatchError } from '@tidewatch/event';
import type { WriteOutcome } from '../../contract.ts';
import { errors } from '../../errors.ts';
import type { OpenSearchConnection } from '../client.ts';
import { type Failure, failureVerdict, isOutcome, type Verdict, verdicts } from './answer.ts';
import type { BulkBody, BulkItem } from './body.ts';
import type { Pace } from './pace.ts';
import { sendBulk } from './transport.ts';
import { createTurns } from './turns.ts';

/** What the writer counts; the catalogue's `index_*` rows. */
export interface BulkMetrics {
  /** One request was answered, or failed. */
  request(outcome: 'ok' | 'partial' | 'failed', seconds: number): void;
  /** So many documents will be sent again. */
  retry(reason: string, documents: number): void;
  /** Bytes of documents that were sent and have no outcome yet. */
  inFlight(bytes: number): void;
}

/** What the writer needs of a logger; pino's fits. */
export interface BulkLog {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface DeliveryDeps {
  readonly connection: OpenSearchConnection;
  readonly pace: Pace;
  readonly metrics: BulkMetrics;
  readonly log: BulkLog;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Told the size of a request that was too large for somebody on the way. */
  readonly onTooLarge: (bytes: number) => void;
  /** Told that nobody reads this body's buffer any more. */
  readonly onSpare: (buffer: Buffer) => void;
  /** Told of a field that an index refuses; resolves with whether its documents are worth another try. */
  readonly onUnmappable: (index: string, failure: Failure) => Promise<boolean>;
  /** Told that a request ended, so that another may begin. */
  readonly onEnd: () => void;
  /** No more retries from here on. */
  readonly closing: AbortSignal;
  /** Requests under way are given up. */
  readonly abandon: AbortSignal;
}

/** Brings bodies to an outcome for every document: stored, already there or rejected. */
export interface Delivery {
  /** Resolves when every document has its outcome, or was given up because the writer closes. */
  deliver(body: BulkBody): Promise<void>;
  /** Whether another request may be sent at once. */
  free(): boolean;
  /** Requests that wait for an answer. */
  active(): number;
  /** Why documents cannot be written at the moment. */
  problem(): TidewatchError | undefined;
}

/** Failures that pass unmentioned: a busy cluster answers 429 every now and then. */
const quietTries = 3;
/** As many fields of a body's documents are seen to, one after the other. */
const mostMended = 20;

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { connection, pace, metrics, log, closing } = deps;
  const turns = createTurns(pace.limit);
  const problems = new Map<BulkBody, TidewatchError>();
  let inFlight = 0;
  closing.addEventListener('abort', turns.release);

  /** One request: the verdict of each document, or of all of them together; none, unsent, where the writer closes. */
  async function attempt(body: BulkBody): Promise<Verdict[] | Failure | undefined> {
    await turns.take();
    if (closing.aborted) {
      turns.give();
      return undefined;
    }
    const startedAt = performance.now();
    let result: Verdict[] | Failure;
    try {
      result = verdicts(await sendBulk(connection, body.bytes(), deps.abandon), body.items.length);
    } catch (error) {
      result = failureVerdict(error);
    }
    const ms = performance.now() - startedAt;
    const outcome = outcomeOf(result);
    if (isOverload(result)) pace.overloaded(startedAt);
    else if (outcome !== 'failed') pace.answered(startedAt, ms, body.length, turns.taken() - 1);
    metrics.request(outcome, ms / 1000);
    turns.give();
    deps.onEnd();
    return result;
  }

  function settle(item: BulkItem, outcome: WriteOutcome): void {
    inFlight -= item.end - item.start;
    item.write.settle(item.index, outcome);
  }

  /** Gives the documents their outcomes, and answers the items that have none yet. */
  function settleAll(body: BulkBody, results: readonly Verdict[]): BulkItem[] {
    const left: BulkItem[] = [];
    const reasons = new Map<string, number>();
    for (const [i, item] of body.items.entries()) {
      const verdict = results[i] as Verdict;
      if (isOutcome(verdict)) {
        settle(item, verdict);
        continue;
      }
      left.push(item);
      reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1);
    }
    for (const [reason, count] of reasons) metrics.retry(reason, count);
    metrics.inFlight(inFlight);
    return left;
  }

  /** Sends the body until nothing of it is left; `origin` is whose problem it is. */
  async function run(first: BulkBody, origin: BulkBody): Promise<void> {
    let body = first;
    let mended = 0;
    for (let tries = 0; ; tries++) {
      const result = await attempt(body);
      if (result === undefined) return giveUp(body);
      let failure: Failure;
      if (Array.isArray(result)) {
        const worst = worstOf(result);
        // Before the writes hear of it, so that whoever asks after them finds no problem.
        if (worst === undefined) solved(origin);
        const left = settleAll(body, await withoutUnmappable(body, result, mended++ < mostMended));
        if (left.length < body.items.length) {
          tries = 0;
          const sent = body;
          body = sent.only(left);
          // The server has read all of it. After any other failure the socket may still be sending.
          if (sent === origin) deps.onSpare(sent.buffer);
        }
        if (worst === undefined) return;
        failure = worst;
      } else if (result.status === 'too_large' || result.status === 'refused') {
        if (result.status === 'too_large') deps.onTooLarge(body.length);
        return runParts(body, origin, result);
      } else {
        metrics.retry(result.reason, body.items.length);
        failure = result;
      }
      // What stood in the way is gone.
      if (Array.isArray(result) && result.every(isMended)) continue;
      note(origin, failure, tries);
      await pause(failure, tries);
    }
  }

  /** Sees to the mappings that refuse documents; where nothing can be done about one, they are rejected. */
  async function withoutUnmappable(
    body: BulkBody,
    results: readonly Verdict[],
    isWorthIt: boolean,
  ): Promise<readonly Verdict[]> {
    const seenTo = new Map<string, boolean>();
    const left: Verdict[] = [];
    for (const [i, verdict] of results.entries()) {
      if (verdict.status !== 'unmappable') {
        left.push(verdict);
        continue;
      }
      const index = body.indexOf(body.items[i] as BulkItem);
      const key = `${index} ${verdict.message}`;
      const helps = isWorthIt && (seenTo.get(key) ?? (await deps.onUnmappable(index, verdict)));
      seenTo.set(key, helps);
      const { reason, message } = verdict;
      left.push(helps ? verdict : { status: 'rejected', reason, message });
    }
    return left;
  }

  /** Takes the request apart, until the document to blame is alone. */
  async function runParts(body: BulkBody, origin: BulkBody, { reason, message }: Failure): Promise<void> {
    const [only] = body.items;
    if (only !== undefined && body.items.length === 1)
      return settle(only, { status: 'rejected', reason, message });
    const middle = Math.ceil(body.items.length / 2);
    for (const half of [body.items.slice(0, middle), body.items.slice(middle)])
      await run(body.only(half), origin);
  }

  function giveUp(body: BulkBody): void {
    for (const { write, start, end } of body.items) {
      inFlight -= end - start;
      write.giveUp(errors.STORE_CLOSED());
    }
    metrics.inFlight(inFlight);
  }

  function note(origin: BulkBody, failure: Failure, tries: number): void {
    if (failure.status !== 'blocked' && tries < quietTries) return;
    const error = problemOf(failure, connection);
    if (problems.size === 0)
      log.error({ err: error }, 'Events cannot be written; they are kept and sent again');
    problems.set(origin, error);
  }

  function solved(origin: BulkBody): void {
    if (problems.delete(origin) && problems.size === 0) log.info({}, 'Events are written again');
  }

  /** Full jitter: anything up to a bound that doubles, so that those who failed together do not return together. */
  async function pause(failure: Failure, tries: number): Promise<void> {
    const { first, most } = connection.config.bulk.retry_ms;
    const bound = failure.status === 'blocked' ? most : Math.min(most, first * 2 ** tries);
    const wait = deps.random() * bound;
    // Nobody would release what is held from now on.
    if (closing.aborted) return;
    if (failure.awayMs !== undefined) turns.hold(failure.awayMs + wait);
    await sleep(wait, undefined, { signal: closing }).catch(() => {});
  }

  return {
    async deliver(body) {
      inFlight += body.length;
      metrics.inFlight(inFlight);
      await run(body, body);
      solved(body);
    },
    free: turns.free,
    active: turns.taken,
    problem: () => problems.values().next().value,
  };
}

const isMended = (verdict: Verdict): boolean => isOutcome(verdict) || verdict.status === 'unmappable';

/** What is to be said of a request: a block needs somebody's help, the rest only time. */
const worstOf = (results: readonly Verdict[]): Failure | undefined => {
  const failures = results.filter((verdict) => !isOutcome(verdict));
  return failures.find(({ status }) => status === 'blocked') ?? failures[0];
};

function outcomeOf(result: Verdict[] | Failure): 'ok' | 'partial' | 'failed' {
  if (!Array.isArray(result)) return 'failed';
  return result.every(({ status }) => status === 'stored' || status === 'already_there') ? 'ok' : 'partial';
}

const isOverload = (result: Verdict[] | Failure): boolean =>
  Array.isArray(result)
    ? result.some(({ status }) => status === 'again')
    : result.status === 'again' && result.reason !== 'bad_answer';

function problemOf({ status, reason, message }: Failure, { config }: OpenSearchConnection): TidewatchError {
  const url = config.nodes.join(', ');
  const details = { url, what: 'events', status: reason, problem: message };
  if (status === 'blocked') return errors.OPENSEARCH_REFUSED(details);
  if (reason === 'connection' || reason === 'timeout') return errors.OPENSEARCH_UNREACHABLE(details);
  return errors.OPENSEARCH_BUSY(details);
}
