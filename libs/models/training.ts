import { type Feature, featuresSchema } from '@tidewatch/features';
import { formatIssues, validateYaml } from '@tidewatch/plugin';
import { type KqlNode, parseKql } from '@tidewatch/query';
import { z } from 'zod';
import { modelErrors } from './errors.ts';
import { readBounded } from './folder.ts';

/** What a model is trained on: known before there are weights. */
export interface TrainingManifest {
  /** KQL. */
  readonly events: string;
  readonly query: KqlNode;
  readonly features: readonly Feature[];
}

const schema = z.looseObject({ events: z.string().trim().min(1).max(1_000), features: featuresSchema });

/**
 * Reads of a model's folder what says which events become which rows; the rest of its manifest may still be missing.
 *
 * Rejects with MODEL_REFUSED.
 */
export async function readTrainingManifest(folder: string): Promise<TrainingManifest> {
  const file = 'manifest.yml';
  const refuse = (reason: string) => modelErrors.MODEL_REFUSED({ folder, file, reason });
  const text = (await readBounded(folder, file, (_, reason) => refuse(reason))).toString('utf8');
  const read = validateYaml(text, schema);
  if (!read.ok) throw refuse(formatIssues(read.issues).trim());
  const { events, features } = read.value;
  const parsed = parseKql(events);
  if (!parsed.ok) throw refuse(`events: ${parsed.error.message}`);
  return { events, features, query: parsed.ast };
}
