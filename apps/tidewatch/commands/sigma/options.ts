import { isTidewatchError } from '@tidewatch/event';

/** What `--pipeline` says. */
export const pipelineHelp =
  'processing pipeline in pySigma’s format that the rules run through; may be repeated';
/** Adds the file of a repeated option. */
export const addFile = (file: string, files: readonly string[] = []): readonly string[] => [...files, file];
/** Adds the words of a repeated option, which may be a list with commas. */
export const addWords = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
];

/** Runs what a command does and sets its exit code; expected failures are said, with exit code 2. */
export async function orUnreadable(say: (text: string) => void, run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    if (!isTidewatchError(error)) throw error;
    say(error.message);
    process.exitCode = 2;
  }
}
