import { createHash } from 'node:crypto';
import { isObject, type JsonObject, type Level, levels } from '@tidewatch/event';
import { invalid, mapOf } from './attribute.ts';
import { isCorrelation, parseCorrelation } from './correlation/parse.ts';
import type { CorrelationRule } from './correlation/rule.ts';
import { parseDetection } from './detection.ts';
import { Rejection } from './errors.ts';
import { isFilter, parseFilter, type SigmaFilter } from './filter.ts';
import { lateDetection, type Outline, outlined } from './outline.ts';
import type { Placeholders } from './placeholder.ts';
import { atPlace } from './rejected.ts';
import type { Detection, LogSource, RejectedRule, RuleHeader, SigmaRule } from './rule.ts';
import { parseTimespan } from './timespan.ts';
import { parseYaml, placeFinder } from './yaml.ts';

const defaultBucketMs = 3_600_000;

export interface ParsedFile {
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly CorrelationRule[];
  readonly rejected: readonly RejectedRule[];
  readonly filters: readonly SigmaFilter[];
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
      correlations: [],
      filters: [],
      rejected: [{ file, ...atPlace(yaml.place), id: null, title: null, code: 'invalid_yaml', reason }],
    };
  }
  const rules: SigmaRule[] = [];
  const correlations: CorrelationRule[] = [];
  const filters: SigmaFilter[] = [];
  const rejected: RejectedRule[] = [];
  const documents = yaml.documents.length === 0 ? [null] : yaml.documents;
  const detections = lateDetections(text, placeholders);
  documents.forEach((document, index) => {
    // An empty document is what `---` at the end of a file leaves.
    if (document === null && documents.length > 1) return;
    try {
      const header = parseHeader(document, { file, source: text, document: index });
      if (isCorrelation(document)) correlations.push(parseCorrelation(document, header));
      else if (isFilter(document))
        filters.push(
          parseFilter(document, { ...header, logsource: parseLogSource(document.logsource) }, placeholders),
        );
      else {
        const { logsource, detection } = document as JsonObject;
        const outline = outlined(parseDetection(detection, placeholders));
        rules.push({
          ...header,
          logsource: parseLogSource(logsource),
          detection: detections(index, outline),
        });
      }
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      rejected.push({
        file,
        ...atPlace(placeFinder(text, index)(error.path)),
        id: isObject(document) ? textOf(document.id) : null,
        title: isObject(document) ? textOf(document.title) : null,
        code: error.code,
        reason: error.message,
      });
    }
  });
  return { rules, correlations, filters, rejected };
}

type Place = Pick<RuleHeader, 'file' | 'source' | 'document'>;

/** What all kinds of documents have in common. */
function parseHeader(document: unknown, place: Place): RuleHeader {
  if (!isObject(document)) throw new Rejection('not_a_rule', { cause: 'it is not a map' });
  if ('action' in document)
    throw new Rejection('not_a_rule', { cause: '`action` documents are of Sigma 1' }, ['action']);
  const title = textOf(document.title);
  if (title === null) throw new Rejection('missing_attribute', { name: 'title' }, ['title']);
  return {
    id: textOf(document.id) ?? digest(document),
    name: textOf(document.name),
    title,
    level: parseLevel(document.level),
    status: textOf(document.status),
    description: textOf(document.description),
    author: textOf(document.author),
    license: textOf(document.license),
    references: textsOf(document.references),
    tags: textsOf(document.tags),
    falsepositives: textsOf(document.falsepositives),
    ...parseExtension(document.tidewatch, isCorrelation(document)),
    ...place,
  };
}

/**
 * Makes detections of a file that was parsed without a fault, by the numbers of their documents: it is parsed anew when one
 * is first read. A function of its own, since what it is made in would stay in memory with it.
 */
export function lateDetections(
  source: string,
  placeholders: Placeholders,
): (document: number, outline: Outline) => Detection {
  let documents: readonly unknown[] | undefined;
  const read = (document: number): Detection => {
    if (documents === undefined) {
      const yaml = parseYaml(source);
      documents = yaml.ok ? yaml.documents : [];
    }
    return parseDetection((documents[document] as JsonObject).detection, placeholders);
  };
  return (document, outline) => lateDetection(outline, () => read(document));
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
  if (level === undefined) throw invalid('level', `it is one of ${levels.join(', ')}`);
  return level;
}

function parseLogSource(value: unknown): LogSource {
  if (!isObject(value)) throw new Rejection('missing_attribute', { name: 'logsource' }, ['logsource']);
  const parts: { product?: string; category?: string; service?: string } = {};
  for (const part of ['product', 'category', 'service'] as const) {
    const text = textOf(value[part]);
    if (text !== null) parts[part] = text.toLowerCase();
    else if (value[part] !== undefined && value[part] !== null)
      throw invalid(`logsource.${part}`, 'a name is needed');
  }
  if (Object.keys(parts).length === 0) {
    throw new Rejection('missing_attribute', { name: 'logsource.product, category or service' }, [
      'logsource',
    ]);
  }
  return parts;
}

/** `tidewatch:`, what a rule asks for beyond Sigma; what only correlations may ask for is read with them. */
function parseExtension(value: unknown, correlates: boolean): Pick<RuleHeader, 'bucketMs' | 'outputs'> {
  const known = ['suppress', 'output', ...(correlates ? ['compare', 'travel'] : [])];
  const { suppress, output } = mapOf(value ?? {}, 'tidewatch', known);
  return { bucketMs: parseBucket(suppress), outputs: parseOutputs(output) };
}

/** `suppress: 90m`: a whole number of s, m, h, d or w above zero. */
function parseBucket(value: unknown): number {
  const duration = value === undefined ? defaultBucketMs : parseTimespan(value);
  if (duration === null) throw invalid('tidewatch.suppress', 'a duration such as 30m, 1h or 1d is needed');
  return duration;
}

/** `output: soar`, or a list of names. */
function parseOutputs(value: unknown): string[] {
  const names = [value ?? []].flat();
  if (names.every((name) => typeof name === 'string' && name !== '')) return names as string[];
  throw invalid('tidewatch.output', 'names of outputs of the configuration are needed');
}
