import { readFile } from 'node:fs/promises';
import type { KeptRule } from '@tidewatch/api/schemas';
import { isTidewatchError } from '@tidewatch/event';
import { reasonOf, startErrors } from '../errors.ts';
import { askServer } from '../server/ask.ts';
import { parseDocuments } from '../server/documents.ts';

/** What became of a file or of an id: the rule as the server keeps it, or why it refused. */
export type Pushed = { readonly what: string } & ({ readonly rule: KeptRule } | { readonly refused: string });

/**
 * Has the running server keep rules, one request a file; what is refused leaves the others.
 *
 * @throws NOT_RUNNING
 */
export async function pushRules(data: string, files: readonly string[], reason?: string): Promise<Pushed[]> {
  const ask = await askServer(data);
  return each(files, async (file) => {
    const source = await readFile(file, 'utf8').catch((error: unknown) => {
      throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(error) });
    });
    return ask<KeptRule>('PUT', pathOf(idIn(source, file), '', reason), { source });
  });
}

/** @throws NOT_RUNNING */
export async function changeRules(
  data: string,
  verb: 'remove' | 'restore',
  ids: readonly string[],
  reason?: string,
): Promise<Pushed[]> {
  const ask = await askServer(data);
  return each(ids, (id) =>
    verb === 'remove'
      ? ask<KeptRule>('DELETE', pathOf(id, '', reason))
      : ask<KeptRule>('POST', pathOf(id, '/restore', reason), {}),
  );
}

const pathOf = (id: string, verb: string, reason: string | undefined): string =>
  `/rules/${encodeURIComponent(id)}${verb}${reason === undefined ? '' : `?${new URLSearchParams({ reason })}`}`;

async function each(names: readonly string[], run: (name: string) => Promise<KeptRule>): Promise<Pushed[]> {
  const pushed: Pushed[] = [];
  for (const what of names) {
    try {
      pushed.push({ what, rule: await run(what) });
    } catch (error) {
      if (isTidewatchError(error, 'NOT_RUNNING') || !isTidewatchError(error)) throw error;
      pushed.push({ what, refused: error.message });
    }
  }
  return pushed;
}

/** The id of its first document, which the file goes by; a digest would be another with the next change. */
function idIn(source: string, file: string): string {
  const { rules, correlations, filters, rejected } = parseDocuments(source, file);
  const [first] = [...correlations, ...rules, ...filters].sort((a, b) => a.document - b.document);
  const [fault] = rejected;
  // The server says better what is wrong with it.
  if (typeof fault?.id === 'string') return fault.id;
  if (fault !== undefined) throw startErrors.RULE_INVALID({ line: fault.line ?? 1, reason: fault.reason });
  if (first === undefined || first.id.startsWith('sha256-')) throw startErrors.RULE_WITHOUT_ID({ file });
  return first.id;
}

/** A line for each, with what is not in force below it. */
export const pushedText = (pushed: readonly Pushed[]): string => pushed.flatMap(linesOf).join('\n');

function linesOf(pushed: Pushed): string[] {
  if ('refused' in pushed) return [`refused    ${pushed.what}: ${pushed.refused}`];
  const { id, version, inForce, documents } = pushed.rule;
  const head = version === null ? 'deleted' : inForce ? 'in force' : 'kept';
  return [
    `${head.padEnd(10)} ${pushed.what === id ? id : `${pushed.what} as ${id}`}`,
    ...documents
      .filter(({ state }) => state !== 'loaded')
      .map(({ title, state, reason }) => `  ${state}: ${title}${reason === undefined ? '' : `: ${reason}`}`),
  ];
}
