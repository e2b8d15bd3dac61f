import type { Problem } from '@tidewatch/api/schemas';
import { startErrors } from '../errors.ts';
import { findServer } from './run_file.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Asks the API of a running server. @param path below `/api`, with its slash */
export type Ask = <T>(method: Method, path: string, body?: unknown) => Promise<T>;

/**
 * Finds the server that runs on a data folder, and asks it with its own admin token.
 *
 * @throws NOT_RUNNING, also in the middle of an answer; SERVER_REFUSED
 */
export async function askServer(data: string): Promise<Ask> {
  const { url, adminToken } = await findServer(data);
  const gone = (): never => {
    throw startErrors.NOT_RUNNING({ directory: data });
  };
  return async <T>(method: Method, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(gone);
    if (response.status === 204) return undefined as T;
    const answer = (await response.json().catch(gone)) as T & Partial<Problem>;
    if (!response.ok) throw startErrors.SERVER_REFUSED({ status: response.status, reason: answer.message });
    return answer;
  };
}

/** A time on the command line as the API takes it: `2h` is two hours ago. */
export const moment = (text: string): string => (/^\d+[smhdw]$/.test(text) ? `now-${text}` : text);
