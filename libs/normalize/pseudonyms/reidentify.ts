/** What a second person answers to a request to open one pseudonym. */
export interface ReidentificationApproval {
  /** The account that approves; never the one that asks. */
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Which key of that person's took part, and what it gave: without both shares nothing opens. */
  readonly keyId: string;
  readonly share: Uint8Array;
}

export interface ReidentificationRequest {
  readonly pseudonym: string;
  readonly dataClass: string;
  readonly requestedBy: string;
  readonly reason: string;
  readonly caseId: string;
  /** Of two different people, with two different keys (security.md, V5). */
  readonly approvals: readonly [ReidentificationApproval, ReidentificationApproval];
}

export type Reidentified =
  | {
      readonly ok: true;
      readonly value: string;
      readonly field: string /** Epoch milliseconds. */;
      readonly until: number;
    }
  | {
      readonly ok: false;
      readonly reason: 'unknown' | 'erased' | 'same_person' | 'same_key' | 'expired' | 'refused';
    };

/**
 * Opens one value under four eyes. Promise of an implementation: it notes request and outcome in the audit log before it
 * answers, and neither key is ever on a host with the other. Nothing opens originals until there is one.
 */
export interface Reidentify {
  open(request: ReidentificationRequest): Promise<Reidentified>;
}
