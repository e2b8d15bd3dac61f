import { createHash } from 'node:crypto';
import { isObject, type JsonObject, type Level, levels } from '@tidewatch/event';
import { parseDetection } from './detection.ts';
import { Rejection } from './errors.ts';
import type { Placeholders } from './placeholder.ts';
import type { LogSource, RejectedRule, SigmaRule } from './rule.ts';
import { lineFinder, parseYaml } from './yaml.ts';

const hour = 3_600_000;
const durations: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: hour,
  d: 24 * hour,
  w: 168 * hour,
};

export interface ParsedFile {
  readonly rules: readonly SigmaRule[];
  readonly rejected: readonly RejectedRule[];
  /** Correlations and filters: right documents that this engine does not take. */
  readonly skipped: readonly RejectedRule[];
}

/** Reads the documents of one rule file, each by itself: a bad one does not take the others down. */
export function parseRuleFile(
  source: string,
  file: string,
  placeholders: Placeholders = new Map(),
): ParsedFile {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  const yaml = parseYaml(text);
  if (!yaml.ok) {
    const reason = new Rejection('invalid_yaml', { cause: yaml.cause }).message;
    return {
      rules: [],
      rejected: [{ file, line: yaml.line, id: null, title: null, code: 'invalid_yaml', reason }],
      skipped: [],
    };
  }
  const rules: SigmaRule[] = [];
  const rejected: RejectedRule[] = [];
  const skipped: RejectedRule[] = [];
  const documents = yaml.documents.length === 0 ? [null] : yaml.documents;
  documents.forEach((document, index) => {
    // An empty document is what `---` at the end of a file leaves.
    if (document === null && documents.length > 1) return;
    try {
      rules.push(parseRule(document, { file, source: text, document: index, placeholders }));
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      const list = error.code === 'correlation' || error.code === 'filter' ? skipped : rejected;
      list.push({
        file,
        line: lineFinder(text, index)(error.path),
        id: isObject(document) ? textOf(document.id) : null,
        title: isObject(document) ? textOf(document.title) : null,
        code: error.code,
        reason: error.message,
      });
    }
  });
  return { rules, rejected, skipped };
}

interface Place {
  readonly file: string;
  readonly source: string;
  readonly document: number;
  readonly placeholders: Placeholders;
}

function parseRule(document: unknown, place: Place): SigmaRule {
  if (!isObject(document)) throw new Rejection('not_a_rule', { cause: 'it is not a map' });
  if ('correlation' in document) throw new Rejection('correlation', {}, ['correlation']);
  if ('filter' in document) throw new Rejection('filter', {}, ['filter']);
  if ('action' in document)
    throw new Rejection('not_a_rule', { cause: '`action` documents are of Sigma 1' }, ['action']);
  const title = textOf(document.title);
  if (title === null) throw new Rejection('missing_attribute', { name: 'title' }, ['title']);
  return {
    id: textOf(document.id) ?? digest(document),
    title,
    level: parseLevel(document.level),
    status: textOf(document.status),
    description: textOf(document.description),
    author: textOf(document.author),
    references: textsOf(document.references),
    tags: textsOf(document.tags),
    falsepositives: textsOf(document.falsepositives),
    logsource: parseLogSource(document.logsource),
    detection: parseDetection(document.detection, place.placeholders),
    bucketMs: parseBucket(document.tidewatch),
    file: place.file,
    document: place.document,
    source: place.source,
  };
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value.trim();
  return typeof value === 'number' ? String(value) : null;
}

function textsOf(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map(textOf).filter((text) => text !== null);
}

const digest = (document: JsonObject): string =>
  `sha256-${createHash('sha256').update(JSON.stringify(document)).digest('base64url').slice(0, 22)}`;

function parseLevel(value: unknown): Level {
  if (value === undefined || value === null) return 'medium';
  const level = levels.find((each) => each === value);
  if (level === undefined) {
    throw new Rejection('invalid_attribute', { name: 'level', cause: `it is one of ${levels.join(', ')}` }, [
      'level',
    ]);
  }
  return level;
}

function parseLogSource(value: unknown): LogSource {
  if (!isObject(value)) throw new Rejection('missing_attribute', { name: 'logsource' }, ['logsource']);
  const parts: { product?: string; category?: string; service?: string } = {};
  for (const part of ['product', 'category', 'service'] as const) {
    const text = textOf(value[part]);
    if (text !== null) parts[part] = text.toLowerCase();
    else if (value[part] !== undefined && value[part] !== null) {
      throw new Rejection('invalid_attribute', { name: `logsource.${part}`, cause: 'a name is needed' }, [
        'logsource',
        part,
      ]);
    }
  }
  if (Object.keys(parts).length === 0) {
    throw new Rejection('missing_attribute', { name: 'logsource.product, category or service' }, [
      'logsource',
    ]);
  }
  return parts;
}

/** `tidewatch: { suppress: 90m }`: a whole number of s, m, h, d or w above zero. */
function parseBucket(value: unknown): number {
  if (value === undefined || value === null) return hour;
  if (!isObject(value))
    throw new Rejection('invalid_attribute', { name: 'tidewatch', cause: 'a map is needed' }, ['tidewatch']);
  const suppress = value.suppress;
  if (suppress === undefined) return hour;
  const match = /^([1-9]\d{0,8})([smhdw])$/.exec(String(suppress));
  if (match === null) {
    const cause = 'a duration such as 30m, 1h or 1d is needed';
    throw new Rejection('invalid_attribute', { name: 'tidewatch.suppress', cause }, [
      'tidewatch',
      'suppress',
    ]);
  }
  return Number(match[1]) * (durations[match[2] as string] as number);
}
