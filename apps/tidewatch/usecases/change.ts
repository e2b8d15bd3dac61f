import { readFile } from 'node:fs/promises';
import type { UseCaseChanged } from '@tidewatch/api/schemas';
import { isTidewatchError } from '@tidewatch/event';
import { reasonOf, startErrors } from '../errors.ts';
import { parseUseCase, type UseCase } from '../governance/usecase.ts';
import { type Ask, askServer } from '../server/ask.ts';

/** What became of a file or of a name: the use-case as the server keeps it, or why it refused. */
export type Changed = { readonly what: string } & (
  | { readonly useCase: UseCaseChanged }
  | { readonly refused: string }
);

export type Verb = 'push' | 'remove' | 'restore';

/**
 * Has the running server keep, withdraw or bring back use-cases; what is refused leaves the others.
 *
 * @param names files to push, else names
 * @throws NOT_RUNNING
 */
export async function changeUseCases(
  data: string,
  verb: Verb,
  names: readonly string[],
  reason?: string,
): Promise<Changed[]> {
  const ask = await askServer(data);
  const query = reason === undefined ? '' : `?${new URLSearchParams({ reason })}`;
  const changed: Changed[] = [];
  for (const what of names) {
    try {
      changed.push({ what, useCase: await changeOne(ask, verb, what, query) });
    } catch (error) {
      if (isTidewatchError(error, 'NOT_RUNNING') || !isTidewatchError(error)) throw error;
      changed.push({ what, refused: error.message });
    }
  }
  return changed;
}

async function changeOne(ask: Ask, verb: Verb, what: string, query: string): Promise<UseCaseChanged> {
  const path = (name: string): string => `/usecases/${encodeURIComponent(name)}`;
  if (verb === 'remove') return ask('DELETE', `${path(what)}${query}`);
  if (verb === 'restore') return ask('POST', `${path(what)}/restore${query}`, {});
  const source = await readFile(what, 'utf8').catch((error: unknown) => {
    throw startErrors.FILE_UNREADABLE({ file: what, reason: reasonOf(error) });
  });
  const read = parseUseCase(source, what);
  if (Array.isArray(read)) {
    const reasons = read.map(
      ({ line, message }) => `${line === undefined ? '' : `line ${line}: `}${message}`,
    );
    throw startErrors.USECASE_INVALID({ reason: reasons.join(' ') });
  }
  return ask('PUT', `${path((read as UseCase).name)}${query}`, { source });
}

/** A line for each. */
export const changedText = (changed: readonly Changed[]): string => changed.map(lineOf).join('\n');

function lineOf(changed: Changed): string {
  if ('refused' in changed) return `refused    ${changed.what}: ${changed.refused}`;
  const { name, version, inForce, why } = changed.useCase;
  const head = version === null ? 'withdrawn' : inForce ? 'in force' : 'kept';
  const line = `${head.padEnd(10)} ${changed.what === name ? name : `${changed.what} as ${name}`}`;
  return why === undefined ? line : `${line}: it ${why}`;
}

/** 2 where something was refused, 1 where something is kept and not in force. */
export function exitCode(changed: readonly Changed[]): number {
  if (changed.some((one) => 'refused' in one)) return 2;
  return changed.some((one) => 'useCase' in one && one.useCase.version !== null && !one.useCase.inForce)
    ? 1
    : 0;
}
