import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '@tidewatch/event';
import { random } from '../../seed.ts';
import { nginxLines, sshdLines } from '../lines.ts';
import { windowsEvents } from '../sigma/windows_events.ts';

const start = Date.parse('2026-11-21T09:00:00Z');

/** Windows events of the bench of rules, in the two shapes that come most: as evtx_dump and as winlogbeat write them. */
export async function writeWindowsEvents(
  directory: string,
  count: number,
): Promise<{ evtx: string; winlogbeat: string; meanBytes: number }> {
  const [evtx, winlogbeat] = [join(directory, 'evtx.ndjson'), join(directory, 'winlogbeat.ndjson')];
  const [one, other] = [createWriteStream(evtx), createWriteStream(winlogbeat)];
  let bytes = 0;
  for (const event of windowsEvents(count, 1, start)) {
    const line = `${JSON.stringify(event)}\n`;
    bytes += Buffer.byteLength(line);
    one.write(line);
    if (!other.write(`${JSON.stringify(asWinlogbeat(event))}\n`)) await once(other, 'drain');
  }
  await Promise.all([one, other].map((stream) => once(stream.end(), 'finish')));
  return { evtx, winlogbeat, meanBytes: bytes / count };
}

function asWinlogbeat({ Event: event }: JsonObject): JsonObject {
  const { System, EventData, RenderingInfo } = event as Record<string, Record<string, Json>>;
  const of = (name: string) =>
    ((System ?? {})[name] as { '#attributes': Record<string, Json> })['#attributes'];
  const [provider, time, execution] = [of('Provider'), of('TimeCreated'), of('Execution')];
  return {
    '@timestamp': time.SystemTime as Json,
    ecs: { version: '8.0.0' },
    agent: { type: 'winlogbeat', version: '8.17.0', name: String(System?.Computer) },
    host: { name: String(System?.Computer) },
    log: { level: 'information' },
    message: RenderingInfo?.Message as Json,
    event: {
      code: String(System?.EventID),
      kind: 'event',
      provider: provider.Name as Json,
      created: time.SystemTime as Json,
    },
    winlog: {
      channel: System?.Channel as Json,
      event_id: String(System?.EventID),
      provider_name: provider.Name as Json,
      provider_guid: `{${provider.Guid}}`,
      computer_name: System?.Computer as Json,
      record_id: String(System?.EventRecordID),
      task: String(System?.Task),
      opcode: 'Info',
      keywords: ['Audit Success'],
      process: { pid: execution.ProcessID as Json, thread: { id: execution.ThreadID as Json } },
      event_data: EventData as JsonObject,
      api: 'wineventlog',
    },
  };
}

/** Lines and documents of many sources, of which each made-up parser of {@link writeParsers} reads some. */
export function writeMixedRecords(file: string, count: number, parsers: number): void {
  const next = random(3);
  const sshd = sshdLines(count, 1, start);
  const nginx = nginxLines(count, 2, start);
  const lines = Array.from({ length: count }, (_, i) => {
    const n = Math.floor(next() * parsers);
    switch (i % 5) {
      case 0:
        return sshd[i] as string;
      case 1:
        return nginx[i] as string;
      case 2:
        return `<38>Nov 21 09:08:01 web1 daemon${n}[7]: user alice did ${i} from 192.0.2.${i % 250}`;
      case 3:
        return `appliance APP-${n}: user bob did ${i} from 198.51.100.${i % 250}`;
      default:
        return JSON.stringify({ [`kind${n}`]: 'login', user: 'carol', from: '203.0.113.7', number: i });
    }
  });
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** Made-up parsers, a third each found by program, text and member. */
export function writeParsers(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < count; n++) {
    const found = [
      {
        match: { program: `daemon${n}` },
        processors: [{ dissect: `user %{user.name} did %{event.code} from %{source.ip}` }],
      },
      {
        match: { contains: `APP-${n}: ` },
        processors: [{ dissect: `%{} APP-${n}: user %{user.name} did %{event.code} from %{source.ip}` }],
      },
      {
        match: { fields: { [`kind${n}`]: 'login' } },
        processors: [{ move: { [`made${n}.user`]: 'user.name', [`made${n}.from`]: 'source.ip' } }],
      },
    ][n % 3];
    const parser = { name: `made${n}.log`, title: `Made-up source ${n}`, ...found };
    writeFileSync(join(folder, `made${n}.json`), JSON.stringify(parser));
  }
}
