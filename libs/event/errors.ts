/** One expected kind of failure: what the sender or the operator reads, and the HTTP status it stands for. */
export interface ErrorRow {
  readonly status: number;
  /** Says what is wrong and what to do; `{name}` is filled from the details. */
  readonly message: string;
}

/** An expected failure with a stable code. Thrown only at start-up and at API borders; elsewhere an {@link Outcome}. */
export class TidewatchError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, row: ErrorRow, details: Readonly<Record<string, unknown>> = {}) {
    super(row.message.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? `{${name}}`)));
    this.name = 'TidewatchError';
    this.code = code;
    this.status = row.status;
    this.details = details;
  }
}

export type ErrorTable<Code extends string> = {
  readonly [K in Code]: (details?: Readonly<Record<string, unknown>>) => TidewatchError;
};

/**
 * Turns a lib's table of errors into constructors, so that each code is written once and its message never
 * drifts from its status.
 *
 * @example
 * const errors = defineErrors({ DISK_BUDGET: { status: 429, message: 'The stream {stream} is full.' } });
 * throw errors.DISK_BUDGET({ stream: 'events' });
 */
export function defineErrors<Code extends string>(table: Readonly<Record<Code, ErrorRow>>): ErrorTable<Code> {
  const constructors = {} as Record<Code, (details?: Readonly<Record<string, unknown>>) => TidewatchError>;
  for (const code of Object.keys(table) as Code[]) {
    constructors[code] = (details) => new TidewatchError(code, table[code], details);
  }
  return constructors;
}

/** Whether `error` is the expected failure `code`, or any expected failure when no code is given. */
export function isTidewatchError(error: unknown, code?: string): error is TidewatchError {
  return error instanceof TidewatchError && (code === undefined || error.code === code);
}
