import type { Json } from '@tidewatch/event';
import type {
  DeviceStore,
  ExternalIdentity,
  KeyRing,
  LoginLink,
  Redeemed,
  SessionStore,
  UserDirectory,
} from './accounts.ts';
import type { CaseStore } from './case.ts';
import type { ViewStore } from './view.ts';

export * from './accounts.ts';
export * from './case.ts';
export * from './view.ts';

export interface AuditEntry {
  /** A user's id, `anonymous`, or a part of Tidewatch itself. */
  readonly who: string;
  /** What was done, e.g. `events.search`. */
  readonly action: string;
  /** To what: an id, a route; at most 1,024 characters. */
  readonly target: string;
  readonly detail: Json;
}

export interface AuditRow extends AuditEntry {
  /** Grows by one, without gaps. */
  readonly seq: number;
  readonly at: number;
  /** Hex SHA-256 over the row before's hash and this row. */
  readonly hash: string;
}

export interface AuditSearch {
  /** 1 to 1,000. */
  readonly limit: number;
  /** The `next` of the page before. */
  readonly before?: number;
  readonly who?: string;
  /** A whole action, or the beginning of several with `*` behind it: `events.*`. */
  readonly action?: string;
  readonly target?: string;
  /** When it was written, start inclusive and end exclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly signal?: AbortSignal;
}

export interface AuditPage {
  readonly items: readonly AuditRow[];
  readonly next?: number;
}

export type AuditVerdict =
  | { readonly ok: true; readonly rows: number; readonly head: AuditHead }
  /** The first row that does not follow from the one before: changed, missing, or put in between. */
  | { readonly ok: false; readonly brokenAt: number; readonly message: string };

export interface AuditHead {
  /** 0 where nothing was written yet. */
  readonly seq: number;
  readonly hash: string;
}

/**
 * Who did what, in a chain of hashes.
 *
 * Promise:
 * - `append` resolves when the entry is durable. Entries of one turn of the event loop share one transaction and keep
 *   their order. Where writing fails, the promise rejects and the entry is not in the log.
 * - A change to a row, a missing row and a cut tail are found by `verify`. Whoever can rewrite the whole file can
 *   rewrite the whole chain: ship `head()` elsewhere, and give it to `verify` as `expected`.
 * - `prune` is the only deletion; the chain then starts at the hash of the last row deleted.
 */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /**
   * Newest first. A log is long and what is asked for may be rare, so other work gets its turn in between; `signal` ends
   * the search.
   */
  read(request: AuditSearch): Promise<AuditPage>;
  verify(expected?: AuditHead): Promise<AuditVerdict>;
  head(): Promise<AuditHead>;
  /** How many rows {@link prune} would delete by now. */
  due(time: number): Promise<number>;
  /** Deletes rows written before `time`; answers how many. */
  prune(time: number): Promise<number>;
}

/** A key that something is sealed under, itself sealed. */
export interface KeptKey {
  readonly id: string;
  readonly dataClass: string;
  readonly epoch: string;
  /** When the epoch is over, and nothing more is sealed under it. */
  readonly ends: number;
  readonly wrapped: string;
}

/** What a pseudonym stands for, sealed. */
export interface KeptOriginal {
  readonly dataClass: string;
  readonly pseudonym: string;
  readonly field: string;
  readonly sealed: string;
  /** When the newest event with it came, or later on that day. */
  readonly seen: number;
}

/**
 * Originals of pseudonyms, one for each data class that they occur in, and the keys they are sealed under. Nothing here
 * can be read without the file of keys, and without its row no key can be had again.
 */
export interface OriginalVault {
  readonly keys: {
    /** The newest of a class and epoch. */
    find(dataClass: string, epoch: string): KeptKey | undefined;
    get(id: string): KeptKey | undefined;
    /** Durable when it returns. */
    add(key: KeptKey): void;
    /** Erases all that was sealed under the keys of a class and epoch, wherever it is kept; answers how many went. */
    destroy(dataClass: string, epoch: string): number;
  };
  /** Adds, or puts the newer in place; durable when it resolves. */
  write(originals: readonly KeptOriginal[]): Promise<void>;
  find(dataClass: string, pseudonym: string): KeptOriginal | undefined;
  /** Of these pseudonyms, in all classes. */
  findAll(pseudonyms: readonly string[]): readonly KeptOriginal[];
  /** Deletes them in all classes, overwritten; answers how many went. Events with the pseudonym make them anew. */
  erase(pseudonyms: readonly string[]): number;
  /** How often something was erased or destroyed since it was opened: what was written before may be gone. */
  readonly erasures: number;
  /** Classes of which originals or keys are kept. */
  classes(): readonly string[];
  /** How many originals of a class were last seen before `seen`. */
  due(dataClass: string, seen: number): number;
  /** How many keys of a class there are whose epoch was over before `ends`. */
  keysDue(dataClass: string, ends: number): number;
  /** Deletes originals of a class that were last seen before `seen`; answers how many. */
  expire(dataClass: string, seen: number): Promise<number>;
  /** Deletes keys of a class whose epoch was over before `ends`; answers how many. */
  expireKeys(dataClass: string, ends: number): number;
}

/**
 * Who may use Tidewatch, what they did, and what they keep: cases, views and searches.
 *
 * Promise: whatever resolved is durable (a `kill -9` loses none of it). Secrets are never stored, only their hashes.
 */
export interface ControlStore {
  readonly users: UserDirectory;
  readonly sessions: SessionStore;
  readonly keys: KeyRing;
  readonly devices: DeviceStore;
  readonly audit: AuditLog;
  readonly originals: OriginalVault;
  readonly cases: CaseStore;
  readonly views: ViewStore;
  /**
   * Makes a link that opens one session for `user`. The first link ever makes its user, as administrator;
   * afterwards throws `USER_UNKNOWN` for a user that does not exist.
   *
   * @param request.ttlMs 15 minutes by default
   */
  createLoginLink(request: { readonly user: string; readonly ttlMs?: number }): Promise<LoginLink>;
  /** Trades a link's token for a session, once. */
  redeem(token: string): Promise<Redeemed>;
  /**
   * Opens a session for who knows a password. Whether the user or the password was wrong is not told, nor does the time
   * that it takes. Rejects with `LOGINS_BUSY` while too many wait.
   */
  logIn(user: string, password: string): Promise<Redeemed>;
  /**
   * Opens a session for whom an identity provider vouches; makes their user at the first time, and takes the roles over
   * each time. Without a role nobody gets in, and what was open for them ends.
   *
   * @param lastsMs how long the session lasts at most
   */
  signIn(identity: ExternalIdentity, lastsMs?: number): Promise<Redeemed>;
  /** Takes over what an identity provider says of somebody who is signed in; without a role, what was open ends. */
  vouch(identity: Pick<ExternalIdentity, 'subject' | 'name' | 'roles'>): Promise<void>;
  /** Tells when users, sessions or keys were changed, once that is durable; answers how to stop. */
  onAccounts(listener: () => void): () => void;
  /** Writes what waits and closes the file. Calls afterwards throw `CONTROL_CLOSED`. */
  close(): Promise<void>;
}
