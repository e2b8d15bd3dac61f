import {
  and,
  type KqlField,
  type KqlNode,
  type KqlValue,
  not,
  or,
  type RangeOperator,
  textFields,
} from './ast.ts';
import { Cursor, SyntaxFault } from './cursor.ts';
import { checkRegex } from './regex.ts';
import { matchAt, printLiteral, skipSpace, type Term } from './scan.ts';

/**
 * Recursive descent over the text, one token ahead and never back; its grammar is in the README. Behind a fault it goes on
 * at the next “and”, “or” or closing mark: its tree then means nothing, and its `faults` say all that is wrong.
 */
export class Parser extends Cursor {
  query(): KqlNode {
    this.space();
    if (this.at === this.text.length) return { kind: 'all' };
    const ast = this.or();
    this.close('end', 0, () => this.or());
    return ast;
  }

  private or(): KqlNode {
    const children = [this.and()];
    while (this.keyword('or')) children.push(this.and());
    return or(children);
  }

  private and(): KqlNode {
    const children = [this.not()];
    while (this.keyword('and')) children.push(this.not());
    return and(children);
  }

  private not(): KqlNode {
    return this.recovering(() => (this.keyword('not') ? this.deeper(() => not(this.not())) : this.operand()));
  }

  private operand(): KqlNode {
    this.space();
    const start = this.at;
    if (this.text[start] === '(')
      return this.deeper(() => {
        this.punctuation('(');
        const inner = this.or();
        this.close(')', start, () => this.or());
        return inner;
      });
    this.refuseHabit('operand');
    const term = this.term(false);
    if (term === undefined) throw this.missing('A field or value');
    return this.afterTerm(term);
  }

  /** Decides by what follows whether a term is a field or a value. */
  private afterTerm(term: Term): KqlNode {
    const list = term.form === 'bare' ? this.listKeyword(term) : undefined;
    if (list !== undefined) return list;
    this.space();
    const operator = matchAt(/<=|>=|<|>/y, this.text, this.at)?.[0] as RangeOperator | undefined;
    if (operator === undefined && this.text[this.at] !== ':') return this.bareValue(term);
    const field = this.field(term);
    this.token('operator', this.at, this.at + (operator ?? ':').length);
    this.at += (operator ?? ':').length;
    if (operator !== undefined) return this.range(field, operator);
    return this.fieldValue(field, term);
  }

  private range(field: KqlField, operator: RangeOperator): KqlNode {
    this.space();
    const term = this.term(false);
    if (term === undefined || term.form === 'regex') throw this.missing(`A value after “${operator}”`);
    this.valueToken(term);
    this.refuseTrailing(term);
    return { kind: 'range', field, operator, value: term.words.map((parts) => parts.join('*')).join(' ') };
  }

  private fieldValue(field: KqlField, fieldTerm: Term): KqlNode {
    this.space();
    const start = this.at;
    this.refuseHabit('value', this.text.slice(fieldTerm.start, fieldTerm.end), fieldTerm.start);
    if (this.text[start] === '{') {
      if (typeof field !== 'string')
        throw new SyntaxFault('A nested field has no wildcard.', fieldTerm.start, fieldTerm.end);
      return this.deeper(() => {
        this.punctuation('{');
        this.nested++;
        const child = this.or();
        this.close('}', start, () => this.or());
        this.nested--;
        return { kind: 'nested', field, child };
      });
    }
    if (/^in\s*\(/i.test(this.text.slice(start, start + 100))) {
      this.token('keyword', start, start + 2);
      this.at += 2;
      this.space();
      return this.inList(field);
    }
    return this.values(field);
  }

  /** A value, or a list of values in parentheses joined by and, or, not. */
  private values(field: KqlField): KqlNode {
    this.space();
    const start = this.at;
    if (this.text[start] === '(')
      return this.deeper(() => {
        this.punctuation('(');
        const inner = this.orValues(field);
        this.close(')', start, () => this.orValues(field));
        return inner;
      });
    const term = this.term(false);
    if (term === undefined) throw this.missing('A value');
    this.valueToken(term);
    this.refuseTrailing(term);
    return this.isNode(field, term);
  }

  private orValues(field: KqlField): KqlNode {
    const children = [this.andValues(field)];
    while (this.keyword('or')) children.push(this.andValues(field));
    return or(children);
  }

  private andValues(field: KqlField): KqlNode {
    const children = [this.notValues(field)];
    while (this.keyword('and')) children.push(this.notValues(field));
    return and(children);
  }

  private notValues(field: KqlField): KqlNode {
    return this.recovering(() =>
      this.keyword('not') ? this.deeper(() => not(this.notValues(field))) : this.values(field),
    );
  }

  /** `field in (a, b)` and `field not in (a, b)`: the term swallowed the words, since they look like values. */
  private listKeyword(term: Term): KqlNode | undefined {
    const raw = this.text.slice(term.start, term.end);
    const match = /^(\S+)\s+in$/i.exec(raw) ?? /^\S+$/.exec(raw);
    const next = skipSpace(this.text, term.end);
    let negated = false;
    let fieldEnd = term.start + (match?.[1] ?? raw).length;
    if (match?.[1] === undefined) {
      const notIn = matchAt(/not\s+in\s*(?=\()/iy, this.text, next);
      if (match === null || notIn === null) return undefined;
      negated = true;
      fieldEnd = term.end;
      this.token('keyword', next, next + notIn[0].trimEnd().length);
      this.at = next + notIn[0].length;
    } else {
      if (this.text[next] !== '(') return undefined;
      this.token('keyword', term.end - 2, term.end);
      this.at = next;
    }
    const field = this.field({ ...term, end: fieldEnd, words: term.words.slice(0, 1) });
    this.tokens.sort((a, b) => a.start - b.start);
    const list = this.inList(field);
    return negated ? not(list) : list;
  }

  private inList(field: KqlField): KqlNode {
    const start = this.at;
    this.punctuation('(');
    const children: KqlNode[] = [];
    const isComma = (): boolean => this.text[this.at] === ',';
    do {
      this.space();
      children.push(this.recovering(() => this.member(field), isComma));
      this.space();
    } while (this.punctuation(','));
    this.close(')', start, () => this.skip(() => false));
    return or(children);
  }

  private member(field: KqlField): KqlNode {
    const term = this.term(true);
    if (term === undefined) throw this.missing('A value');
    this.valueToken(term);
    return this.isNode(field, term);
  }

  private bareValue(term: Term): KqlNode {
    this.valueToken(term);
    const comparison = /^(\S+?)\s*(==|!=)\s*(\S.*)$/s.exec(this.text.slice(term.start, term.end));
    if (comparison !== null && term.form === 'bare') {
      const [, field, sign, value] = comparison as unknown as [string, string, string, string];
      const text = `${sign === '!=' ? 'not ' : ''}${field}: ${value}`;
      throw new SyntaxFault(`KQL compares with “:”, not “${sign}”.`, term.start, term.end, {
        start: term.start,
        end: term.end,
        text,
      });
    }
    if (this.nested > 0) throw new SyntaxFault('Inside { } every value needs a field.', term.start, term.end);
    this.refuseTrailing(term);
    return this.isNode(null, term);
  }

  private isNode(field: KqlField | null, term: Term): KqlNode {
    const value = this.value(term);
    const anyField =
      field === null || (typeof field !== 'string' && field.parts.every((part) => part === ''));
    const anyValue = value.type === 'wildcard' && value.parts.every((part) => part === '');
    if (anyValue) return anyField ? { kind: 'all' } : { kind: 'exists', field };
    if (field !== null && value.type === 'words') this.warnWords(field, value.words, term);
    return { kind: 'is', field: anyField ? null : field, value };
  }

  private value(term: Term): KqlValue {
    const [first] = term.words;
    if (term.form === 'regex') {
      const checked = checkRegex(first?.[0] ?? '');
      if (!checked.ok) throw new SyntaxFault(checked.message, term.start, term.end);
      return { type: 'regex', source: first?.[0] ?? '', ignoreCase: term.ignoreCase };
    }
    if (term.words.every((parts) => parts.length === 1)) {
      const words = term.words.map(([word]) => word as string);
      return words.length > 1 ? { type: 'words', words } : { type: 'literal', text: words[0] as string };
    }
    // Words with a star anywhere make one pattern, with the spaces between them.
    const parts = term.words.reduce((all, word) => [
      ...all.slice(0, -1),
      `${all.at(-1)} ${word[0]}`,
      ...word.slice(1),
    ]);
    return {
      type: 'wildcard',
      parts: parts.filter((part, i) => part !== '' || i === 0 || i === parts.length - 1),
    };
  }

  private field(term: Term): KqlField {
    this.token('field', term.start, term.end);
    const raw = this.text.slice(term.start, term.end);
    if (term.form === 'regex') throw new SyntaxFault('A field is a name, not a regex.', term.start, term.end);
    if (term.words.length > 1) {
      const last = /\S+$/.exec(raw) as RegExpExecArray;
      const at = term.start + last.index;
      throw new SyntaxFault('“and” or “or” is missing before the field.', at, term.end, {
        start: at,
        end: at,
        text: 'and ',
      });
    }
    const parts = term.words[0] as readonly string[];
    if (parts.length === 1) return parts[0] as string;
    if (this.nested > 0) throw new SyntaxFault('Inside { } a field has no wildcard.', term.start, term.end);
    return { parts: parts.filter((part, i) => part !== '' || i === 0 || i === parts.length - 1) };
  }

  private warnWords(field: KqlField, words: readonly string[], term: Term): void {
    const put = (text: string): string => this.text.slice(0, term.start) + text + this.text.slice(term.end);
    const isText = typeof field === 'string' && textFields.has(field);
    this.warnings.push({
      message: isText
        ? 'This finds any of the words. Quote them to find the phrase.'
        : 'This is one value with spaces in it. To find either value, write “or” between them in parentheses.',
      start: term.start,
      end: term.end,
      suggestion: put(
        isText ? printLiteral(words.join(' ')) : `(${words.map((word) => printLiteral(word)).join(' or ')})`,
      ),
    });
  }
}
