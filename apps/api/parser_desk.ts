import type { DeepReadonly } from './deep_readonly.ts';
import type {
  ParseBody,
  ParserDetail,
  ParserList,
  ParserSuggestions,
  ParserTestResult,
  ParseTrial,
  SuggestBody,
} from './schemas/index.ts';

/**
 * What a trial gave; or what is wrong with the parser that was sent, one sentence for people on why the trial was ended, or
 * that too many others wait.
 */
export type ParserTried<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly { readonly path: string; readonly message: string }[] }
  | { readonly ok: false; readonly ended: string }
  | { readonly ok: false; readonly busy: true };

/** Where parsers are looked at and tried, within limits of time and memory. Nothing that is tried is kept, or counts. */
export interface ParserDesk {
  list(): DeepReadonly<ParserList>;
  get(name: string): DeepReadonly<ParserDetail> | undefined;
  parse(asked: DeepReadonly<ParseBody>): Promise<ParserTried<DeepReadonly<ParseTrial>>>;
  test(asked: {
    readonly parser: string;
    readonly tests: string;
  }): Promise<ParserTried<DeepReadonly<ParserTestResult>>>;
  suggest(asked: DeepReadonly<SuggestBody>): Promise<ParserTried<DeepReadonly<ParserSuggestions>>>;
}
