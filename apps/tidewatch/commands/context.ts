/** What a command is given: where the shipped files are, and where its words go. */
export interface CommandContext {
  readonly root: string;
  /** A result, to standard output. */
  readonly print: (text: string) => void;
  /** Progress and remarks, to standard error. */
  readonly say: (text: string) => void;
}
