import type { AlertActionBody, AlertChangeResult, AlertJobBody } from '@tidewatch/api/schemas';
import { useSyncExternalStore } from 'react';
import { ApiProblem, change, sessionUser } from './client.ts';

/** The body of a change, which makes it once however often it is asked for; undoing needs nothing to. */
type Body = AlertActionBody | AlertJobBody | { readonly retry?: string };

/** What was decided about alerts, as the API takes it. */
interface Decision {
  readonly path: string;
  readonly body: Body;
  readonly user: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

interface Waiting {
  readonly key: string;
  decision: Decision;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** More than that many decisions wait for no server. */
const mostWaiting = 200;
/** Decisions older than this were made about what is no longer so, milliseconds. */
const oldest = 24 * 3_600_000;
const askAgainMs = 1_000;
const prefix = 'tidewatch decision ';

/** No answer, or one of a proxy that has none. */
const unanswered: ReadonlySet<string> = new Set(['NETWORK', 'HTTP_502', 'HTTP_503', 'HTTP_504']);
const isAway = (error: unknown): boolean => error instanceof ApiProblem && unanswered.has(error.code);

const waiting: Waiting[] = [];
const watchers = new Set<() => void>();
let sending = false;

const tell = (): void => {
  for (const watcher of watchers) watcher();
};
const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** How many decisions have no answer yet. */
export const useWaiting = (): number =>
  useSyncExternalStore(
    watch,
    () => waiting.length,
    () => 0,
  );

export const newRetry = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

/**
 * Sends a decision after those before it, again and again until there is an answer, also after the page was closed. One
 * for a session that has ended waits for its user to log in again.
 *
 * @param key of this decision alone, in order to keep it
 * @throws ApiProblem as the server answers, or WAITING_FULL
 */
export async function decide<T>(key: string, path: string, body: Body): Promise<T> {
  if (waiting.length >= mostWaiting)
    throw new ApiProblem(0, {
      code: 'WAITING_FULL',
      message: `${mostWaiting} decisions wait already for Tidewatch to answer. Decide on when it is back.`,
    });
  const decision = { path, body, user: await sessionUser(), at: Date.now() };
  return enqueue<T>(key, decision);
}

function enqueue<T>(key: string, decision: Decision): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    waiting.push({ key, decision, resolve, reject });
    keep(key, decision);
    tell();
    void send();
  });
}

async function send(): Promise<void> {
  if (sending) return;
  sending = true;
  for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
    const { path, body } = next.decision;
    try {
      const answer = await change<never>('POST', path, body);
      settle(next);
      follow(answer);
      next.resolve(answer);
    } catch (error) {
      if (isAway(error)) {
        await new Promise((done) => setTimeout(done, askAgainMs));
        continue;
      }
      // Its user logs in, and it goes on.
      if (error instanceof ApiProblem && error.status === 401) break;
      settle(next);
      next.reject(error as Error);
    }
  }
  sending = false;
}

function settle(done: Waiting): void {
  const at = waiting.indexOf(done);
  if (at >= 0) waiting.splice(at, 1);
  localStorage.removeItem(prefix + done.key);
  tell();
}

/**
 * Whoever decided again before there was an answer had seen what the first decision makes of an alert. A job tells only
 * how many it changed.
 */
function follow({ changed }: { readonly changed?: AlertChangeResult['changed'] | number }): void {
  if (typeof changed !== 'object') return;
  const made = new Map(changed.map(({ id, version }) => [id, version]));
  for (const one of waiting) {
    const { body } = one.decision;
    if (!('ids' in body) || !body.ids.some(({ id }) => made.has(id))) continue;
    const ids = body.ids.map((seen) => {
      const version = made.get(seen.id);
      return version === undefined ? seen : { ...seen, version };
    });
    one.decision = { ...one.decision, body: { ...body, ids } };
    keep(one.key, one.decision);
  }
}

function keep(key: string, decision: Decision): void {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(decision));
  } catch {
    // A browser that keeps nothing, or nothing more: it waits for as long as the page is open.
  }
}

function kept(name: string): Decision | null {
  try {
    return JSON.parse(localStorage.getItem(name) ?? 'null') as Decision | null;
  } catch {
    // Nothing of ours.
    return null;
  }
}

/**
 * Goes on with what an earlier page of this user left, and with what waited for them to log in; what others left is
 * dropped.
 *
 * @returns the answer to each decision of an earlier page, or why there is none
 */
export function resume(user: string): Promise<PromiseSettledResult<unknown>[]> {
  for (const one of waiting.filter(({ decision }) => decision.user !== user)) {
    settle(one);
    one.reject(new Error(`${one.decision.user} is no longer logged in.`));
  }
  const known = new Set(waiting.map(({ key }) => key));
  const left: [string, Decision][] = [];
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith(prefix))) {
    const key = name.slice(prefix.length);
    if (known.has(key)) continue;
    const decision = kept(name);
    if (decision?.user === user && decision.at > Date.now() - oldest) left.push([key, decision]);
    else localStorage.removeItem(name);
  }
  const answers = left
    .sort(([, { at: a }], [, { at: b }]) => a - b)
    .map(([key, decision]) => enqueue(key, decision));
  void send();
  return Promise.allSettled(answers);
}

/** With the session goes what waits. */
export function dropDecisions(): void {
  for (const one of waiting.splice(0)) one.reject(new Error('You logged out.'));
  for (const name of Object.keys(localStorage)) if (name.startsWith(prefix)) localStorage.removeItem(name);
  tell();
}
