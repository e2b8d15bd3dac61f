import { luceneHabit } from './lucene.ts';
import { type Fix, kqlLimits, type Notice } from './parse.ts';
import { isSpace, keywordAt, matchAt, scanTerm, skipSpace, type Term } from './scan.ts';
import type { Token } from './tokens.ts';

/** Leaves the parser from anywhere inside it; `parseKql` turns it into a value. */
export class SyntaxFault extends Error {
  readonly start: number;
  readonly end: number;
  readonly fix: Fix | undefined;

  constructor(message: string, start: number, end: number, fix?: Fix) {
    super(message);
    this.start = start;
    this.end = end;
    this.fix = fix;
  }
}

/** A place in a query's text: what stands there, what was read so far, and the faults of what should. */
export class Cursor {
  readonly warnings: Notice[] = [];
  readonly tokens: Token[] = [];
  protected readonly text: string;
  protected at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** A colon right after a bare value: a time, a URL, or a field whose “and” was forgotten. */
  protected refuseTrailing(term: Term): void {
    if (this.text[term.end] !== ':' || term.form !== 'bare') return;
    const raw = this.text.slice(term.start, term.end);
    const lastWord = term.start + raw.search(/\S+$/);
    if (term.words.length > 1) {
      const fix = { start: lastWord, end: lastWord, text: 'and ' };
      throw new SyntaxFault('“and” or “or” is missing before the field.', lastWord, term.end, fix);
    }
    const run = matchAt(/[^\s()"]+/y, this.text, term.start)?.[0] ?? raw;
    const end = term.start + run.length;
    throw new SyntaxFault('A value with a colon must be quoted.', term.start, end, {
      start: term.start,
      end,
      text: `"${run.replace(/[\\"]/g, '\\$&')}"`,
    });
  }

  protected refuseHabit(place: 'operand' | 'value' | 'operator', field?: string, fieldStart?: number): void {
    const habit = luceneHabit(this.text, this.at, place, field, fieldStart);
    if (habit !== undefined) throw new SyntaxFault(habit.message, habit.start, habit.end, habit.fix);
  }

  protected term(inList: boolean): Term | undefined {
    const term = scanTerm(this.text, this.at, inList);
    if (term === undefined) return undefined;
    if ('message' in term) throw new SyntaxFault(term.message, term.start, term.end);
    this.at = term.end;
    return term;
  }

  protected leftover(): SyntaxFault {
    this.refuseHabit('operator');
    const char = this.text[this.at] as string;
    const end = this.at + 1;
    if (char === ')' || char === '}') return new SyntaxFault(`This “${char}” closes nothing.`, this.at, end);
    if ('<>:{'.includes(char))
      return new SyntaxFault(`“${char}” has no meaning here; quote the value that holds it.`, this.at, end);
    const fix = { start: this.at, end: this.at, text: isSpace(this.text[this.at - 1]) ? 'and ' : ' and ' };
    return new SyntaxFault('“and” or “or” is missing here.', this.at, end, fix);
  }

  protected missing(what: string): SyntaxFault {
    const found = this.text[this.at];
    return found === undefined
      ? new SyntaxFault(`${what} is missing at the end.`, this.at, this.at)
      : new SyntaxFault(
          `${what} is missing before “${keywordAt(this.text, this.at) ?? found}”.`,
          this.at,
          this.at + 1,
        );
  }

  protected close(char: ')' | '}', opened: number): void {
    this.space();
    if (this.punctuation(char)) return;
    if (this.at < this.text.length) throw this.leftover();
    const fix = { start: this.text.length, end: this.text.length, text: char };
    throw new SyntaxFault(`“${this.text[opened]}” is never closed.`, opened, opened + 1, fix);
  }

  protected deeper<T>(parse: () => T): T {
    if (++this.depth > kqlLimits.depth)
      throw new SyntaxFault(`A query nests at most ${kqlLimits.depth} deep.`, this.at, this.at + 1);
    const result = parse();
    this.depth--;
    return result;
  }

  protected keyword(word: 'and' | 'or' | 'not'): boolean {
    this.space();
    if (word !== 'not') this.refuseHabit('operator');
    if (keywordAt(this.text, this.at) !== word) return false;
    this.token('keyword', this.at, this.at + word.length);
    this.at += word.length;
    return true;
  }

  protected punctuation(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.token('punctuation', this.at, this.at + 1);
    this.at++;
    return true;
  }

  protected space(): void {
    this.at = skipSpace(this.text, this.at);
  }

  protected valueToken(term: Term): void {
    const wild = term.words.some((parts) => parts.length > 1);
    const type =
      term.form === 'bare' ? (wild ? 'wildcard' : 'value') : term.form === 'quoted' ? 'string' : 'regex';
    this.token(type, term.start, term.end);
  }

  protected token(type: Token['type'], start: number, end: number): void {
    this.tokens.push({ type, start, end });
  }
}
