import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DetectorDesk } from '@tidewatch/api';
import type { DetectorSuggestion, NormalRow } from '@tidewatch/api/schemas';
import {
  type Definition,
  effectOf,
  type Normal,
  type Reach,
  type Suggestion,
  suggestionsFrom,
  type Tolerance,
} from '@tidewatch/scorer/detectors';
import { replaceFile } from '@tidewatch/stream/durable';
import { parseDocument, stringify } from 'yaml';
import type { Runtime } from '../runtime.ts';
import type { AnomaliesAtWork } from './anomaly_role.ts';
import { normalFolder } from './detector_files.ts';

/** Of one detector: each odd interval is compared with all of them. */
const mostNormal = 500;

/** Keeps what people call normal as files, a YAML document each, and says what it would have hidden. */
export function openNormalDesk(runtime: Runtime, anomalies: AnomaliesAtWork) {
  const folder = normalFolder(runtime.config.data);
  const fileOf = (id: string): string => join(folder, `${id}.yml`);
  const find = (id: string) => anomalies.files().detectors.find(({ definition }) => definition.id === id);
  const normalOf = (id: string): readonly Normal[] =>
    anomalies.files().normal.filter(({ detector }) => detector === id);

  const desk: Pick<DetectorDesk, 'normal' | 'addNormal' | 'removeNormal' | 'effect' | 'suggestions'> = {
    normal: (id) => find(id) && [...normalOf(id)].sort((a, b) => b.created - a.created).map(rowOf),
    async addNormal(detector, { by: author, expires, ...asked }) {
      const file = find(detector);
      if (file === undefined) return 'unknown';
      const why = whyNot(file.definition, asked, expires, normalOf(detector).length);
      if (why !== undefined) return { ok: false, why };
      const id = randomUUID();
      const created = Date.now();
      const document = { id, detector, ...asked, author, created: new Date(created).toISOString() };
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await replaceFile(fileOf(id), stringify({ ...document, ...(expires !== undefined && { expires }) }));
      await anomalies.refresh();
      const made = normalOf(detector).find((one) => one.id === id);
      if (made === undefined) throw new Error(`${fileOf(id)} was written, and cannot be read`);
      return { ok: true, normal: rowOf(made) };
    },
    async removeNormal(_, id) {
      await rm(fileOf(id), { force: true });
      await anomalies.refresh();
    },
    effect(id, { expires, ...asked }, past) {
      const file = find(id);
      if (file === undefined) return undefined;
      const more: Tolerance = { ...asked, ...(expires !== undefined && { expires: Date.parse(expires) }) };
      return effectOf(file.definition, past, [...normalOf(id), more]);
    },
    suggestions(id, past) {
      const file = find(id);
      return file && suggestionsFrom(file.definition, past, normalOf(id)).map((one) => shown(one, file.text));
    },
  };
  return {
    desk,
    /** Deletes what was said of a detector that goes; it is in force with the next refresh. */
    async forget(detector: string): Promise<void> {
      for (const { id } of normalOf(detector)) await rm(fileOf(id), { force: true });
    },
  };
}

function whyNot(
  { by, features }: Definition,
  asked: { readonly entity?: readonly string[]; readonly features: readonly Reach[] },
  expires: string | undefined,
  known: number,
): string | undefined {
  const { entity } = asked;
  if (entity !== undefined && entity.length !== by.length)
    return `an entity of this detector has ${by.length} values (${by.join(', ')}), not ${entity.length}.`;
  for (const { feature, absolute, relative } of asked.features) {
    if (!features.some(({ name }) => name === feature))
      return `it has no feature ${feature}, but ${features.map(({ name }) => name).join(', ')}.`;
    if (absolute === undefined && relative === undefined)
      return `say how far ${feature} may be off, by \`absolute\` or \`relative\`.`;
  }
  if (expires !== undefined && Date.parse(expires) <= Date.now())
    return 'it would have expired already: name a later time.';
  if (known >= mostNormal) return `there are ${mostNormal} already: delete some, or change the detector.`;
  return undefined;
}

const rowOf = ({ detector: _, ...row }: Normal): NormalRow => row;

function shown(suggestion: Suggestion, text: string): DetectorSuggestion {
  if (suggestion.kind === 'normal')
    return {
      ...{ kind: 'normal', effect: suggestion.effect, entity: [...suggestion.entity] },
      features: suggestion.features.map((reach) => ({ ...reach })),
    };
  const document = parseDocument(text);
  document.setIn(['alert', 'grade'], suggestion.grade);
  return { ...suggestion, source: document.toString() };
}
