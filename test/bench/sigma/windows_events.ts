import type { JsonObject } from '@tidewatch/event';
import { createDice, type Dice } from './dice.ts';
import { computers } from './estate.ts';
import { otherKinds } from './other_events.ts';
import { securityKinds } from './security_events.ts';
import { suspicious } from './suspicious.ts';
import { sysmonKinds } from './sysmon_events.ts';

/** Where and when an event happens. */
export interface Moment {
  readonly computer: string;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly time: string;
}

/** Draws the event data of one kind of event. */
export type Draw = (dice: Dice, moment: Moment) => Readonly<Record<string, string>>;

interface Kind {
  readonly channel: string;
  readonly provider: string;
  readonly guid: string;
  readonly id: number;
  readonly title: string;
  readonly note?: string;
  readonly task: number;
  readonly keywords: string;
  readonly weight: number;
  readonly draw: Draw;
}

const kinds: readonly Kind[] = [
  ...sysmonKinds.map((kind) => ({
    ...kind,
    channel: 'Microsoft-Windows-Sysmon/Operational',
    provider: 'Microsoft-Windows-Sysmon',
    guid: '5770385F-C22A-43E0-BF4C-06F5698FFBD9',
    task: kind.id,
    keywords: '0x8000000000000000',
  })),
  ...securityKinds.map(({ failure, ...kind }) => ({
    ...kind,
    channel: 'Security',
    provider: 'Microsoft-Windows-Security-Auditing',
    guid: '54849625-5478-4994-A5BA-3E3B0328C30D',
    keywords: failure ? '0x8010000000000000' : '0x8020000000000000',
  })),
  ...otherKinds.map((kind) => ({ ...kind, keywords: '0x8000000000000000' })),
];

/** Each kind as often as its weight says, so that one draw picks by weight. */
const mix = kinds.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));

/** One event in this many is what rules are written for. */
const suspiciousOnceIn = 250;

/**
 * Events of an estate of 65 Windows computers as `evtx_dump -o json` writes forwarded ones: `Event.System`,
 * `Event.EventData`, and the rendered message. They follow from the seed alone.
 *
 * Beside 665 real events of OTRF's data sets (generated | real): mean size 2,040 | 2,330 bytes, median 1,760 | 1,660,
 * 95th percentile 3,400 | 6,640; values of an event 31.5 | 31.8; length of a value, median 8 | 8, 90th percentile
 * 44 | 38, 99th 750 | 720; rules of SigmaHQ run on an event, mean 3.6 | 2.2, 99th percentile 21 | 18; matches of an
 * event 0.13 | 0.11. Processes are started more often than there (7 % | 2 %), which costs rules more than other
 * events; very long PowerShell payloads are rarer. Not reproduced: what ties events together (sessions, trees of
 * processes), and the times of day.
 */
export function* windowsEvents(count: number, seed: number, start: number): Generator<JsonObject> {
  const dice = createDice(seed);
  for (let i = 0; i < count; i++) {
    const moment = { computer: dice.one(computers), time: new Date(start + i * 10).toISOString() };
    const kind = dice.one(mix);
    const strange = dice.once(suspiciousOnceIn) ? suspicious[kind.id] : undefined;
    const data = (strange ?? kind.draw)(dice, moment);
    yield evtx(kind, data, moment, i + 1, dice);
  }
}

function evtx(
  kind: Kind,
  data: ReturnType<Draw>,
  { computer, time }: Moment,
  record: number,
  dice: Dice,
): JsonObject {
  const { channel, provider, guid, id, task, keywords } = kind;
  return {
    Event: {
      '#attributes': { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
      System: {
        Provider: { '#attributes': { Name: provider, Guid: guid } },
        EventID: id,
        Version: dice.below(3),
        Level: 4,
        Task: task,
        Opcode: 0,
        Keywords: keywords,
        TimeCreated: { '#attributes': { SystemTime: time } },
        EventRecordID: 500_000 + record,
        Correlation: null,
        Execution: { '#attributes': { ProcessID: 4 * dice.below(2000), ThreadID: 4 * dice.below(5000) } },
        Channel: channel,
        Computer: computer,
        Security: { '#attributes': { UserID: 'S-1-5-18' } },
      },
      EventData: data,
      RenderingInfo: { '#attributes': { Culture: 'en-GB' }, Message: messageOf(kind, data) },
    },
  };
}

/** A title, a line for each value, and for some kinds an explanation, as Event Viewer shows it. */
function messageOf({ title, note }: Kind, data: Readonly<Record<string, string>>): string {
  const lines = Object.entries(data).map(([name, value]) => `${name}:\t${value}`);
  return `${title}:\r\n\r\n${lines.join('\r\n')}${note === undefined ? '' : `\r\n\r\n${note}`}`;
}
