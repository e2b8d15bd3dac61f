// Parses the lines on standard input into ECS and writes them to standard output as NDJSON: `parse_lines SOURCE FOLDER… < FILE`, with the
// parsers of the folders. The counterpart of `lognormalizer`; bundled before it runs, as the server is.

import { createNormaliser, loadParserSet } from '@tidewatch/normalize';
import { asBytes } from '../../../apps/ingest/event_record.ts';
import { createAsciiReader } from '../../../libs/inputs/lines.ts';

const [source = '', ...folders] = process.argv.slice(2);
const { dispatch } = await loadParserSet({ own: [], shipped: folders, resources: {} });
const normalise = createNormaliser({ parsers: () => dispatch });
const hints = {};
const lineFeed = 10;
let rest: Buffer = Buffer.alloc(0);
let offset = 0;

for await (const chunk of process.stdin) {
  const data = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
  const textOf = createAsciiReader(data);
  const events: Uint8Array[] = [];
  let length = 0;
  const received = Date.now();
  let at = 0;
  for (let end = data.indexOf(lineFeed); end !== -1; end = data.indexOf(lineFeed, at)) {
    const position = { kind: 'file', fingerprint: source, offset: offset + at } as const;
    // As the file input makes it.
    const bytes = new Uint8Array(data.buffer, data.byteOffset + at, end - at);
    const outcome = normalise(
      { bytes, text: textOf(at, end), format: 'auto', position, received, hints },
      source,
    );
    if (outcome.status !== 'ok') throw new Error(`A line was not understood: ${data.subarray(at, end)}`);
    const { bytes: event } = asBytes(outcome.value);
    events.push(event);
    length += event.length + 1;
    at = end + 1;
  }
  offset += at;
  rest = data.subarray(at);
  process.stdout.write(joined(events, length));
}

/** Events, each with a line feed behind it. */
function joined(events: readonly Uint8Array[], length: number): Uint8Array {
  const lines = Buffer.allocUnsafe(length);
  let used = 0;
  for (const event of events) {
    lines.set(event, used);
    used += event.length;
    lines[used++] = lineFeed;
  }
  return lines;
}
