// `npx tsx models/train/office_events.ts --stories 1-8 --output FILE.ndjson`: days of the demonstration's office, as Tidewatch reads them;
// with `--intruder` what the intruder does there, and nothing else.
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createStory, type StoryEvent } from '../../apps/tidewatch/demo/story/index.ts';
import { createNormaliser } from '../../libs/normalize/index.ts';

/** When the first story begins; each further one begins 31 hours later, so that they meet every hour and every day of the week. */
const first = Date.parse('2026-03-02T00:00:00.000Z');
const apart = 31 * 3_600_000;

const formats = { nginx_file: 'text', syslog_tcp: 'syslog', syslog_udp: 'syslog' } as const;

/** Events, one a line, in order of time, of stories by their seeds: from the first to the last. */
function* events(from: number, to: number, intruder: boolean): Generator<string> {
  const normalise = createNormaliser();
  for (let seed = from; seed <= to; seed++) {
    const start = new Date(first + (seed - from) * apart);
    for (const told of createStory({ seed, start, durationMinutes: 90, openingMinutes: 60 }))
      if ((told.phase !== 'baseline') === intruder) yield `${read(normalise, told)}\n`;
  }
}

function read(normalise: ReturnType<typeof createNormaliser>, { at, channel, payload }: StoryEvent): string {
  const outcome = normalise(
    {
      bytes: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
      format: channel in formats ? formats[channel as keyof typeof formats] : 'json',
      position: { kind: 'none' },
      received: at + 50,
      hints: channel === 'nginx_file' ? { dataset: 'nginx.access' } : {},
    },
    'office',
  );
  if (outcome.status !== 'ok') throw new Error(`Not understood: ${JSON.stringify(payload)}`);
  const { tidewatch, ...event } = JSON.parse(outcome.value.json);
  // The class that the demonstration has on a site: its models are for no other.
  return JSON.stringify({ ...event, tidewatch: { ...tidewatch, data_class: 'demonstration' } });
}

const { values } = parseArgs({
  options: {
    stories: { type: 'string' },
    intruder: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const seeds = /^(\d+)-(\d+)$/.exec(values.stories ?? '');
if (seeds === null || values.output === undefined) {
  process.stderr.write('Usage: office_events.ts --stories FIRST-LAST [--intruder] --output FILE.ndjson\n');
  process.exit(2);
}
await pipeline(events(Number(seeds[1]), Number(seeds[2]), values.intruder), createWriteStream(values.output));
