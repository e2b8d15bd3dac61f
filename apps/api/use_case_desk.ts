import type { DeepReadonly } from './deep_readonly.ts';
import type { ExpectedVersion } from './rule_desk.ts';
import type { GovernanceFault, UseCaseChanged, UseCaseDetail, UseCaseList } from './schemas/index.ts';

/** Whose approvals somebody may write: those who hold the server's folder anybody's, the privacy officer their own. */
export type Approver =
  | { readonly may: 'anybody' | 'nobody' }
  | { readonly may: 'themselves'; readonly id: string };

export type UseCaseOutcome =
  | { readonly ok: true; readonly useCase: DeepReadonly<UseCaseChanged> }
  | {
      readonly ok: false;
      readonly code:
        | 'USECASE_INVALID'
        | 'USECASE_CHANGED'
        | 'USECASE_READ_ONLY'
        | 'USECASE_UNKNOWN'
        | 'USECASE_NOT_RESTORABLE'
        | 'USECASE_APPROVAL';
      readonly details: {
        readonly name: string;
        readonly why?: string;
        readonly file?: string;
        readonly version?: string | null;
        readonly faults?: DeepReadonly<GovernanceFault[]>;
      };
    };

/**
 * Where use-cases are read and written. What is refused changes nothing; what is taken is durable, and sources and rules
 * go by it, when it resolves.
 */
export interface UseCaseDesk {
  list(): Promise<DeepReadonly<UseCaseList>>;
  get(name: string): Promise<DeepReadonly<UseCaseDetail> | undefined>;
  put(name: string, source: string, expected: ExpectedVersion, approver: Approver): Promise<UseCaseOutcome>;
  remove(name: string, expected: ExpectedVersion): Promise<UseCaseOutcome>;
  /** Gives it the version before, and that the one of now. */
  restore(name: string, expected: ExpectedVersion, approver: Approver): Promise<UseCaseOutcome>;
}
