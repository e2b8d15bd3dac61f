import type { Deletion, TellDeletion } from './contract.ts';

/** Says how many records went, as often as some did; never, where another process was faster and tells of them. */
export type Gone = (records: number) => void;

/**
 * Deletes what was noted before, and notes what went, also where the rest then could not be deleted.
 *
 * @param due with as many records as there are by now
 * @throws what either does; where the beginning cannot be noted, nothing was deleted
 */
export async function deleteNoted(
  tell: TellDeletion,
  due: Deletion,
  remove: (gone: Gone) => Promise<unknown>,
): Promise<void> {
  await tell({ ...due, begins: true });
  let records: number | undefined;
  try {
    await remove((more) => {
      records = (records ?? 0) + more;
    });
  } finally {
    if (records !== undefined) await tell({ ...due, records });
  }
}
