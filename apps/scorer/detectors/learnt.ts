import { existsSync } from 'node:fs';
import { startDetectorThread } from './detector_thread.ts';
import type { Answers, Request } from './protocol.ts';

/** What was learnt, to be forgotten: durably so when that resolves. */
export interface Learnt {
  /** How many entities of a detector are known, by data class. */
  classes(detector: string): Promise<Readonly<Record<string, number>>>;
  /** Forgets what a detector has learnt of entities of a class; answers of how many. */
  forget(detector: string, dataClass: string): Promise<number>;
  /** Counts, and forgets, entities of which no event came since `before` (epoch ms), and values that others did not show since. */
  due(dataClass: string, before: number): Promise<number>;
  expire(dataClass: string, before: number): Promise<number>;
}

/** @param ask keeps in the file what it changes */
export const learntOf = (ask: <R extends Request>(request: R) => Promise<Answers[R['ask']]>): Learnt => ({
  classes: (detector) => ask({ ask: 'classes', detector }),
  forget: (detector, dataClass) => ask({ ask: 'forget', detector, dataClass }),
  due: (dataClass, before) => ask({ ask: 'due', dataClass, before }),
  expire: (dataClass, before) => ask({ ask: 'expire', dataClass, before }),
});

/** Gives what a file holds to work, from a thread that is there as long; nothing where there is no file. Not while another has it. */
export async function withFile(
  program: URL,
  file: string,
  work: (learnt: Learnt) => Promise<void>,
): Promise<void> {
  if (!existsSync(file)) return;
  const thread = startDetectorThread(program, { file }, () => {});
  try {
    await work(
      learntOf(async (request) => {
        const answer = await thread.ask(request);
        await thread.ask({ ask: 'save' });
        return answer;
      }),
    );
    await thread.ask({ ask: 'close' });
  } finally {
    await thread.close();
  }
}
