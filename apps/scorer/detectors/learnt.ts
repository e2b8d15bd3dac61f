import { existsSync } from 'node:fs';
import { startDetectorThread } from './detector_thread.ts';
import type { Answers, Request } from './protocol.ts';

/** What was learnt, to be forgotten: durably so when that resolves. */
export interface Learnt {
  /** Forgets what a detector that is no more has learnt. */
  forget(detector: string): Promise<void>;
  /** Counts, and forgets, entities of which no event came since `before` (epoch ms), and values that others did not show since. */
  due(dataClass: string, before: number): Promise<number>;
  expire(dataClass: string, before: number): Promise<number>;
}

/** @param ask keeps in the file what it changes */
export const learntOf = (ask: <R extends Request>(request: R) => Promise<Answers[R['ask']]>): Learnt => ({
  forget: (detector) => ask({ ask: 'forget', detector }),
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
