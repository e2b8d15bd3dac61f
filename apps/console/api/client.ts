import type { Problem, Session } from '@tidewatch/api/schemas';

/** What the API answered instead: its code and message, or `NETWORK` where there was no answer at all. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: Problem) {
    super(problem.message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = problem.code;
    this.details = problem.details ?? {};
  }
}

export type QueryValues = Readonly<Record<string, string | number | undefined>>;

/** Of whoever is logged in, as it was last read. */
let session: Session | undefined;

/** Reads from the API. Empty and undefined query values are left out. */
export async function get<T>(path: string, query: QueryValues = {}, signal?: AbortSignal): Promise<T> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return send<T>(text === '' ? path : `${path}?${text}`, signal === undefined ? {} : { signal });
}

/** Changes something, with the session's CSRF token. */
export async function change<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  return send<T>(path, await carrying(method, body, headers), unknownOutcome);
}

/** Asks what takes a body, and changes nothing. */
export async function ask<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const init = await carrying('POST', body);
  return send<T>(path, signal === undefined ? init : { ...init, signal });
}

async function carrying(
  method: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<RequestInit> {
  const { csrf } = session ?? (await getSession());
  const own = { ...headers, 'x-tidewatch-csrf': csrf };
  return body === undefined
    ? { method, headers: own }
    : { method, headers: { ...own, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export async function getSession(signal?: AbortSignal): Promise<Session> {
  session = await get<Session>('/api/session', {}, signal);
  return session;
}

export const sessionUser = async (): Promise<string> => (session ?? (await getSession())).user;

/** How somebody shows who they are: by a one-time link, or by name and password. */
export type Credentials = { readonly token: string } | { readonly user: string; readonly password: string };

export async function logIn(credentials: Credentials): Promise<void> {
  await send('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  });
  session = undefined;
}

export async function logOut(): Promise<void> {
  await change('DELETE', '/api/session');
  session = undefined;
}

const nothingDone = 'Check that Tidewatch runs; this page keeps trying to reconnect.';
const unknownOutcome =
  'Whether this was done is not known, and it is not sent again: look once the server is back.';

/** @param next what to say beside where no answer comes */
async function send<T>(url: string, init: RequestInit, next = nothingDone): Promise<T> {
  const broken = (cause: unknown): never => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiProblem(0, { code: 'NETWORK', message: `The server does not answer. ${next}` });
  };
  const response = await fetch(url, { credentials: 'same-origin', ...init }).catch(broken);
  const text = await response.text().catch(broken);
  const body = parse(text);
  if (response.ok) return body as T;
  const problem = body as Partial<Problem> | undefined;
  throw new ApiProblem(response.status, {
    code: problem?.code ?? `HTTP_${response.status}`,
    message: problem?.message ?? `The server answered ${response.status} without saying why.`,
    ...(problem?.details === undefined ? {} : { details: problem.details }),
  });
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
