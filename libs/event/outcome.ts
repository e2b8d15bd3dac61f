/** Why a record could not be handled: a stable code for metrics, and a sentence for people. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
}

/** What became of one record at one stage. Expected outcomes are values; exceptions are programming errors. */
export type Outcome<T> =
  | {
      readonly status: 'ok';
      readonly value: T;
      /** The value's JSON in ASCII, where its maker could write it faster than `JSON.stringify`. */
      readonly json?: string | undefined;
    }
  | { readonly status: 'dropped'; readonly reason: string }
  | ({ readonly status: 'dead_letter' } & Failure)
  | { readonly status: 'redirected'; readonly stream: string; readonly value: T };

export const ok = <T>(value: T, json?: string): Outcome<T> => ({ status: 'ok', value, json });
export const dropped = (reason: string): Outcome<never> => ({ status: 'dropped', reason });
export const deadLetter = (reason: string, message: string): Outcome<never> => ({
  status: 'dead_letter',
  reason,
  message,
});
