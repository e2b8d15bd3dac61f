// Parses the lines on standard input into ECS and writes them to standard output as NDJSON: `parse_lines SOURCE FOLDER… < FILE`, with the
// parsers of the folders. The counterpart of `lognormalizer`; bundled before it runs, as the server is.

import { createNormaliser, loadParserSet } from '@tidewatch/normalize';
import { asBytes } from '../../../apps/ingest/event_record.ts';

const [source = '', ...folders] = process.argv.slice(2);
const { dispatch } = await loadParserSet({ own: [], shipped: folders, resources: {} });
const normalise = createNormaliser({ parsers: () => dispatch });
const hints = {};
const lineFeed = Buffer.from('\n');
let rest: Buffer = Buffer.alloc(0);
let offset = 0;

for await (const chunk of process.stdin) {
  const data = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
  const events: Uint8Array[] = [];
  const received = Date.now();
  let at = 0;
  for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, at)) {
    const position = { kind: 'file', fingerprint: source, offset: offset + at } as const;
    const outcome = normalise(
      { bytes: data.subarray(at, end), format: 'auto', position, received, hints },
      source,
    );
    if (outcome.status !== 'ok') throw new Error(`A line was not understood: ${data.subarray(at, end)}`);
    events.push(asBytes(outcome.value).bytes, lineFeed);
    at = end + 1;
  }
  offset += at;
  rest = data.subarray(at);
  process.stdout.write(Buffer.concat(events));
}
