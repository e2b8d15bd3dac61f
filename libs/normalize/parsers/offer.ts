import { deadLetter, dropped, type JsonObject, type Outcome, ok } from '@tidewatch/event';
import type { Draft, FieldsDraft, ParseContext } from '../draft.ts';
import type { Parsed, Parser } from './compile.ts';

/**
 * Offers a record to parsers, one after the other, until one can read it. Where none can, it is what the first of them
 * made of it, flagged. Undefined where there are none that claim it.
 *
 * @param make the fields that a parser starts from, anew for each
 */
export function offer(
  parsers: readonly Parser[],
  make: (parser: Parser) => JsonObject,
  context: ParseContext,
): Outcome<Draft> | undefined {
  const { depth = 0 } = context;
  let first: Extract<Parsed, { status: 'failed' }> | undefined;
  for (const parser of parsers) {
    const fields = make(parser);
    if (!parser.claims(fields)) continue;
    const parsed = parser.run(fields, context, depth);
    switch (parsed.status) {
      case 'ok':
        return parsed.stream === undefined
          ? ok(parsed.draft)
          : { status: 'redirected', stream: parsed.stream, value: parsed.draft };
      case 'dropped':
        return dropped(parsed.reason);
      case 'dead_letter':
        return deadLetter(parsed.reason, parsed.message);
      default:
        first ??= parsed;
    }
  }
  return first === undefined ? undefined : ok(flagged(first.draft, first.reason));
}

function flagged(draft: FieldsDraft, reason: string): FieldsDraft {
  const fields = { ...draft.fields, error: { message: reason } };
  return { ...draft, fields, tags: [...(draft.tags ?? []), 'parser_failed'] };
}

/** An outcome with something done to its value. */
export function mapOutcome<T, U>(outcome: Outcome<T>, change: (value: T) => U): Outcome<U> {
  return outcome.status === 'ok' || outcome.status === 'redirected'
    ? { ...outcome, value: change(outcome.value) }
    : outcome;
}
