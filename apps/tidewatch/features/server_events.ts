import type { FeaturesExport, FeaturesRow, Problem } from '@tidewatch/api/schemas';
import type { JsonObject } from '@tidewatch/event';
import { startErrors } from '../errors.ts';
import { findServer } from '../server/run_file.ts';
import { type TimedEvent, timeOf } from './file_events.ts';

/**
 * Events of the server that runs on a data folder, oldest first.
 *
 * @throws NOT_RUNNING, SERVER_REFUSED, EXPORT_CUT_OFF
 */
export async function* serverEvents(data: string, asked: FeaturesExport): AsyncGenerator<TimedEvent> {
  const { url, adminToken } = await findServer(data);
  const gone = (): never => {
    throw startErrors.NOT_RUNNING({ directory: data });
  };
  const response = await fetch(`${url}/api/features/export`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  }).catch(gone);
  if (!response.ok || response.body === null) {
    const { message } = (await response.json().catch(gone)) as Problem;
    throw startErrors.SERVER_REFUSED({ status: response.status, reason: message });
  }
  let rows = 0;
  for await (const line of linesOf(response.body)) {
    const row = JSON.parse(line) as FeaturesRow;
    if ('rows' in row) {
      if (row.rows === rows) return;
      break;
    }
    const event = row.event as JsonObject;
    yield { event, time: timeOf(event), label: row.label };
    rows++;
  }
  throw startErrors.EXPORT_CUT_OFF({ rows });
}

/** Ends where the stream ends or breaks off: what is missing then tells the last line, which is not there. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    // Who stops reading early lets the server stop, too.
    await reader.cancel().catch(() => undefined);
  }
}
