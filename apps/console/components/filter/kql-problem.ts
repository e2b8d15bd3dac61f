import type { Notice } from '@tidewatch/query';
import { ApiProblem } from '../../api/client.ts';

/** What the server says about the filter, with positions in what the analyst typed rather than in what was sent. */
export function kqlProblemOf(error: Error | null, typed: string, sent: string): Notice | undefined {
  if (!(error instanceof ApiProblem) || !error.code.startsWith('KQL')) return undefined;
  const { start, end, suggestion } = error.details;
  const offset = Math.max(0, sent.indexOf(typed));
  const place = (value: unknown, otherwise: number): number =>
    typeof value === 'number' ? Math.min(typed.length, Math.max(0, value - offset)) : otherwise;
  return {
    message: error.message,
    start: place(start, 0),
    end: place(end, typed.length),
    // A suggestion for the whole of what was sent does not fit what was typed.
    ...(typeof suggestion === 'string' && sent === typed && { suggestion }),
  };
}
