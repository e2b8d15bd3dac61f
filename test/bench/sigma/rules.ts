import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRules } from '../../../libs/sigma/load.ts';
import { parseYaml } from '../../../libs/sigma/yaml.ts';
import { sharedData } from '../../require.ts';
import { createDice, type Dice } from './dice.ts';

const folders = [
  'rules',
  'rules-emerging-threats',
  'rules-threat-hunting',
  'rules-compliance',
  'rules-placeholder',
];

/** SigmaHQ's rules: the folder named by `TIDEWATCH_SIGMAHQ`, or the one among the shared data. */
export const sigmahq = process.env.TIDEWATCH_SIGMAHQ ?? join(sharedData, 'sigmahq');

/** Folders of all its rules for single events. */
export const rulePaths = folders.map((name) => join(sigmahq, name));

function texts(): string[] {
  return rulePaths.flatMap((path) =>
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yml'))
      .sort()
      .map((name) => readFileSync(join(path, name), 'utf8')),
  );
}

/** A list for every name between percent signs, so that no rule is refused. */
export function placeholders(): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const text of texts().filter((each) => each.includes('expand')))
    for (const [, name = ''] of text.matchAll(/%([^%\s\\]+)%/g)) lists[name] = ['192.0.2.1'];
  return lists;
}

/** What routing and numbers hang on stays as it is. */
const kept =
  /^(?:condition|EventID|Channel|Provider_Name|EventType|.*\|(?:re|cidr|expand|fieldref|gte?|lte?|base64offset).*)$/;

/** Other letters of the same case in the place of every word of four letters or more. */
const reword = (value: string, dice: Dice): string =>
  value.replace(/[a-z]{4,}/gi, (word) =>
    [...word].map((letter) => String.fromCharCode((letter < 'a' ? 65 : 97) + dice.below(26))).join(''),
  );

function vary(value: unknown, dice: Dice): unknown {
  if (typeof value === 'string') return reword(value, dice);
  if (Array.isArray(value)) return value.map((each) => vary(each, dice));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, kept.test(key) ? inner : vary(inner, dice)]),
  );
}

/**
 * Writes `count` rules into a folder, with the log sources, fields and conditions of SigmaHQ's, and other values. What
 * becomes invalid by that is left out.
 */
export async function writeVariants(folder: string, count: number): Promise<void> {
  const dice = createDice(7);
  const originals = texts().flatMap((text) => {
    const parsed = parseYaml(text);
    return parsed.ok ? (parsed.documents as Record<string, unknown>[]) : [];
  });
  const documents = Array.from({ length: count + 50 }, (_, i) => {
    const original = originals[i % originals.length];
    return {
      ...original,
      id: `variant-${i}`,
      title: `Variant ${i}`,
      detection: vary(original?.detection, dice),
    };
  });
  const file = (number: number) => join(folder, `${number}.yml`);
  documents.forEach((document, i) => {
    writeFileSync(file(i), JSON.stringify(document));
  });
  const { rules } = await loadRules({ paths: [folder], placeholders: placeholders() });
  const good = new Set(rules.slice(0, count).map((rule) => rule.file));
  documents.forEach((_, i) => {
    if (!good.has(file(i))) rmSync(file(i));
  });
  if (good.size < count) throw new Error(`Only ${good.size} of ${count} variants are rules.`);
}
