import type { JsonPath } from '@tidewatch/event/json_paths';
import type { Profile, Reading } from './profile.ts';

/** A path of events, and what is known about it. */
export type EventPath = JsonPath<PathNote>;

export interface PathNote {
  /** Number of the object that had it last. */
  metIn: number;
  /** Its value is the text of the object that it is in. */
  readonly isText: boolean;
  /** What it says of an event's form: that it is there at all, with an object, with a text. */
  readonly ofAny: number;
  readonly ofObject: number;
  readonly ofText: number;
  /** Place among {@link marks}, or -1. */
  readonly mark: number;
  /** How it is read in events of the profile that it was met in last, and of others. */
  profile: Profile | undefined;
  reading: Reading;
  readings: WeakMap<Profile, Reading> | undefined;
}

/** Paths, dotted or nested, whose texts say where an event is from or make up a field together. */
export const marks = [
  'event.dataset',
  'event.module',
  'event.category',
  'event.type',
  'host.os.type',
  'process.name',
  'user.name',
  'user.domain',
  'process.args',
  'Message',
] as const;
export type Mark = (typeof marks)[number];

/** Bits of an event's form. */
export const form = {
  eventIsObject: 1,
  eventHasSystem: 2,
  system: 4,
  winlog: 8,
  dottedWinlog: 16,
  eventId: 32,
  flatMark: 64,
} as const;

/** Those that tell events of the Windows event log apart. */
export const windowsForms = Object.values(form).reduce((all, bit) => all | bit, 0);

const flatMarks = new Set(['Channel', 'SourceName', 'Provider_Name', 'ProviderName', 'ProviderGuid']);

const nothing: Reading = { actions: [], isKeyword: false };

export function noteOn(keys: readonly string[]): PathNote {
  const [first = ''] = keys;
  const alone = keys.length === 1;
  return {
    metIn: 0,
    isText: keys.at(-1) === '#text',
    ofAny:
      alone && first === 'EventID'
        ? form.eventId
        : alone && first.startsWith('winlog.')
          ? form.dottedWinlog
          : 0,
    ofObject: formOfObject(keys),
    ofText: alone && flatMarks.has(first) ? form.flatMark : 0,
    mark: marks.indexOf(keys.join('.') as Mark),
    profile: undefined,
    reading: nothing,
    readings: undefined,
  };
}

function formOfObject(keys: readonly string[]): number {
  switch (keys.join('\0')) {
    case 'Event':
      return form.eventIsObject;
    case 'Event\0System':
      return form.eventHasSystem;
    case 'System':
      return form.system;
    case 'winlog':
      return form.winlog;
    default:
      return 0;
  }
}
