import { open } from 'node:fs/promises';
import type { AlertPage } from '@tidewatch/api/schemas';
import type { LineVerdict } from '@tidewatch/evasion';
import type { Alert, CloseReason } from '@tidewatch/event';
import { reasonOf, startErrors } from '../errors.ts';
import { askServer } from '../server/ask.ts';
import { lineBatches } from './lines.ts';

/** What closing an alert says of its lines; other reasons say nothing of them. */
const said: Partial<Record<CloseReason, boolean>> = {
  true_positive: true,
  false_positive: false,
  benign_positive: false,
  expected_activity: false,
};

/**
 * Writes the lines of closed evasion alerts of the server that runs on a data folder, each with what people said of it; readable by its
 * owner alone, since they are as they were.
 *
 * @throws NOT_RUNNING, SERVER_REFUSED, FILE_NOT_WRITABLE
 */
export async function exportVerdicts(
  data: string,
  model: string,
  output: string,
): Promise<{ evasions: number; cleared: number }> {
  const ask = await askServer(data);
  const verdicts = new Map<string, boolean>();
  for (let after: string | undefined; ; ) {
    const asked = new URLSearchParams({
      q: 'engine: evasion and status: closed',
      sort: 'oldest',
      limit: '200',
    });
    if (after !== undefined) asked.set('after', after);
    const page = await ask<AlertPage>('GET', `/alerts?${asked}`);
    for (const { id, reason, detector } of page.items) {
      const evasion = reason === null ? undefined : said[reason];
      if (evasion === undefined || detector.id !== model) continue;
      const { matches } = await ask<Alert>('GET', `/alerts/${encodeURIComponent(id)}`);
      for (const { explanation } of matches)
        if (explanation.engine === 'evasion') verdicts.set(explanation.value, evasion);
    }
    after = page.next;
    if (after === undefined) break;
  }
  const rows = [...verdicts].map(([line, evasion]) => `${JSON.stringify({ line, evasion })}\n`);
  try {
    const file = await open(output, 'w', 0o600);
    await file.writeFile(rows.join('')).finally(() => file.close());
  } catch (error) {
    throw startErrors.FILE_NOT_WRITABLE({ file: output, reason: reasonOf(error) });
  }
  const evasions = [...verdicts.values()].filter(Boolean).length;
  return { evasions, cleared: verdicts.size - evasions };
}

/**
 * Reads what {@link exportVerdicts} wrote.
 *
 * @throws FILE_UNREADABLE, which names the line that is not right
 */
export async function readVerdicts(file: string): Promise<LineVerdict[]> {
  const verdicts: LineVerdict[] = [];
  let line = 0;
  for await (const batch of lineBatches(file))
    for (const text of batch) {
      line++;
      if (text.trim() === '') continue;
      const verdict = verdictOf(text);
      if (verdict === undefined)
        throw startErrors.FILE_UNREADABLE({
          file,
          reason: `line ${line} is no {"line": text, "evasion": true or false}`,
        });
      verdicts.push(verdict);
    }
  return verdicts;
}

function verdictOf(text: string): LineVerdict | undefined {
  try {
    const { line, evasion } = JSON.parse(text) as Partial<Record<keyof LineVerdict, unknown>>;
    return typeof line === 'string' && typeof evasion === 'boolean' ? { line, evasion } : undefined;
  } catch {
    return undefined;
  }
}
