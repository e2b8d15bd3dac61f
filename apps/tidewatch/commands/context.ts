import type { ConsoleBuild } from '@tidewatch/api';

/** What a command is given: where the shipped files are, and where its words go. */
export interface CommandContext {
  readonly root: string;
  /** How far the build of the console is, where somebody builds it. */
  readonly consoleBuild?: () => ConsoleBuild;
  /** A result, to standard output. */
  readonly print: (text: string) => void;
  /** Progress and remarks, to standard error. */
  readonly say: (text: string) => void;
}
