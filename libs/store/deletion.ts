import type { DataClass } from '@tidewatch/event';

export interface Deletion {
  readonly keeper: string;
  readonly dataClass: DataClass;
  readonly what: string;
  /** 0 where nobody knows. */
  readonly records: number;
  /** Where it was not that its time to live was over. */
  readonly reason?: string;
  /** It is about to be deleted, with as many records as there are by now; else it is gone. */
  readonly begins?: true;
}

/**
 * Notes a deletion, durably: that it begins, before the first of it goes, so that whoever is killed on the way has said
 * what went; and that it is done as soon as it is, so that what fails later takes no report with it.
 */
export type TellDeletion = (deletion: Deletion) => Promise<void>;

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

/** As {@link deleteNoted}, where anything is due, and where any of it went: another process may have been faster. */
export async function deleteDue(
  tell: TellDeletion,
  due: Deletion,
  remove: (gone: Gone) => Promise<unknown>,
): Promise<void> {
  if (due.records === 0) return;
  await deleteNoted(tell, due, (gone) => remove((records) => void (records > 0 && gone(records))));
}
