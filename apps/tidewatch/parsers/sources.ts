import { access } from 'node:fs/promises';
import { type Dispatch, loadParserSet, type ParserSet } from '@tidewatch/normalize';
import { loadConfig } from '../config/load.ts';
import { reasonOf, startErrors } from '../errors.ts';
import { faultText } from '../server/parsers/faults.ts';
import { ownParsers, shippedParsers } from '../server/parsers/parsers_in_force.ts';

export interface SourceOptions {
  readonly config?: string;
  /** Folders or files of parsers, instead of those of the configuration. */
  readonly parsers?: readonly string[];
}

/**
 * The parsers that a server of this folder would have in force; what is wrong is said.
 *
 * @throws FILE_UNREADABLE for one of `parsers` that is not there
 */
export async function loadForCommand(
  { config, parsers }: SourceOptions,
  root: string,
  say: (text: string) => void,
): Promise<ParserSet> {
  const configured = await loadConfig(config === undefined ? {} : { config }, root);
  await requireAll(parsers ?? []);
  const own = parsers ?? ownParsers(configured.parsers, root);
  const set = await loadParserSet({ own, shipped: [shippedParsers(root)], resources: {} });
  for (const fault of set.faults) say(`Not in force: ${faultText(fault)}`);
  return set;
}

/** @throws FILE_UNREADABLE for the first path that is not there */
export async function requireAll(paths: readonly string[]): Promise<void> {
  for (const file of paths)
    await access(file).catch((error: unknown) => {
      throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(error) });
    });
}

/** What ships: how a server without parsers of its own reads records. */
export async function shippedDispatch(root: string): Promise<Dispatch> {
  const { dispatch } = await loadParserSet({ own: [], shipped: [shippedParsers(root)], resources: {} });
  return dispatch;
}
