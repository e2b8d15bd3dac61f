import { readFile, writeFile } from 'node:fs/promises';
import type { ParserReport } from '@tidewatch/normalize';
import { isMap, isSeq, parseDocument } from 'yaml';

/**
 * Adds what was found to those tests of a file that say nothing of what they expect, and leaves the rest of the file as
 * it stands, comments and all.
 *
 * @param all also to those that say otherwise
 * @returns how many were written
 */
export async function writeExpected({ file, results }: ParserReport, all: boolean): Promise<number> {
  const document = parseDocument(await readFile(file, 'utf8'));
  const tests = document.get('tests');
  if (!isSeq(tests)) return 0;
  let written = 0;
  for (const [index, node] of tests.items.entries()) {
    const result = results[index];
    if (!isMap(node) || result === undefined || result.passed) continue;
    const outcomes = ['event', 'dropped', 'dead_letter', 'stream'] as const;
    const says = outcomes.some((outcome) => node.has(outcome));
    if (says && !all) continue;
    for (const outcome of outcomes) {
      const value = result.found[outcome];
      if (value === undefined) node.delete(outcome);
      else node.set(outcome, document.createNode(value));
    }
    written++;
  }
  if (written > 0) await writeFile(file, document.toString({ lineWidth: 0, flowCollectionPadding: false }));
  return written;
}
