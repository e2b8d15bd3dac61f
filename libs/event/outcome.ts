/** Why a record could not be handled: a stable code for metrics, and a sentence for people. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
}

/** What became of one record at one stage. Expected outcomes are values; exceptions are programming errors. */
export type Outcome<T> =
  | { readonly status: 'ok'; readonly value: T }
  | { readonly status: 'dropped'; readonly reason: string }
  | ({ readonly status: 'dead_letter' } & Failure)
  | { readonly status: 'redirected'; readonly stream: string; readonly value: T };

export const ok = <T>(value: T): Outcome<T> => ({ status: 'ok', value });
export const dropped = (reason: string): Outcome<never> => ({ status: 'dropped', reason });
export const deadLetter = (reason: string, message: string): Outcome<never> => ({
  status: 'dead_letter',
  reason,
  message,
});
