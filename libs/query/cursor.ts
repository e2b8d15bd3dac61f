import type { KqlNode } from './ast.ts';
import { luceneHabit } from './lucene.ts';
import { type Fix, kqlLimits, type Notice } from './parse.ts';
import { isSpace, keywordAt, matchAt, scanTerm, skipSpace, type Term } from './scan.ts';
import type { Token } from './tokens.ts';

/** Leaves the condition that it is in; the parser goes on behind it. */
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

/** Leaves the parser, since it has as many faults as were asked for. */
export const enough = new Error('enough');

/** A place in a query's text: what stands there, what was read so far, and the faults of what should. */
export class Cursor {
  readonly warnings: Notice[] = [];
  /** In the order in which they were met. */
  readonly faults: SyntaxFault[] = [];
  readonly tokens: Token[] = [];
  protected readonly text: string;
  protected at = 0;
  /** How many braces are open, since inside them every value needs a field. */
  protected nested = 0;
  private depth = 0;
  private readonly mostFaults: number;

  constructor(text: string, mostFaults: number) {
    this.text = text;
    this.mostFaults = mostFaults;
  }

  /** Notes a fault, the first of its place; what follows it is read, too, until there are enough. */
  protected note(fault: SyntaxFault): void {
    if (this.faults.some(({ start }) => start === fault.start)) return;
    this.faults.push(fault);
    if (this.faults.length >= this.mostFaults) throw enough;
  }

  /** Reads a condition, or notes its fault and goes on to where the next may begin; any node will do in its place then. */
  protected recovering(read: () => KqlNode, isNext = () => this.joins()): KqlNode {
    const { depth, nested } = this;
    try {
      return read();
    } catch (fault) {
      if (!(fault instanceof SyntaxFault)) throw fault;
      this.note(fault);
      this.depth = depth;
      this.nested = nested;
      this.at = Math.max(this.at, fault.fix?.end ?? 0);
      this.skip(isNext);
      return { kind: 'all' };
    }
  }

  /** Goes on to where something next begins, to what closes more than was opened on the way, or to the end. */
  protected skip(isNext = () => this.joins()): void {
    for (let open = 0; this.at < this.text.length; this.at++) {
      const char = this.text[this.at] as string;
      if (char === '(' || char === '{') open++;
      else if ((char === ')' || char === '}') && open-- === 0) return;
      else if (open === 0 && isNext()) return;
      else if (char === '"') this.at = (scanTerm(this.text, this.at, false)?.end ?? this.text.length) - 1;
    }
  }

  private joins(): boolean {
    const word = keywordAt(this.text, this.at);
    if (word === 'and' || word === 'or') return !/[^\s)}"]/.test(this.text[this.at - 1] ?? ' ');
    return this.text.startsWith('&&', this.at) || this.text.startsWith('||', this.at);
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

  protected refuseHabit(place: 'operand' | 'value', field?: string, fieldStart?: number): void {
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

  private leftover(): SyntaxFault {
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

  /**
   * Reads what closes a list of conditions, or the end of the query; what stands before that is at fault.
   *
   * @param more reads more conditions
   */
  protected close(char: ')' | '}' | 'end', opened: number, more: () => unknown): void {
    for (;;) {
      this.space();
      if (char !== 'end' && this.punctuation(char)) return;
      const start = this.at;
      if (start === this.text.length) {
        const fix = { start, end: start, text: char };
        if (char !== 'end')
          this.note(new SyntaxFault(`“${this.text[opened]}” is never closed.`, opened, opened + 1, fix));
        return;
      }
      const fault = this.leftover();
      this.note(fault);
      if (fault.fix === undefined) {
        this.at = fault.end;
        this.skip();
      }
      if (fault.fix !== undefined || this.keyword('and') || this.keyword('or')) more();
      if (this.at === start) this.at++;
    }
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
    const sign = word === 'and' ? '&&' : '||';
    if (word !== 'not' && this.text.startsWith(sign, this.at)) {
      const habit = luceneHabit(this.text, this.at, 'operator');
      if (habit !== undefined) {
        this.note(new SyntaxFault(habit.message, habit.start, habit.end, habit.fix));
        this.at = habit.end;
        return true;
      }
    }
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
