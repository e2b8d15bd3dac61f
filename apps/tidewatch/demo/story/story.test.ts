import { isObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { createStory, demonstration, phases, type StoryEvent } from './index.ts';

const now = Date.parse('2026-11-03T09:00:00.000Z');
const options = { seed: 7, start: new Date(now - 3_600_000), durationMinutes: 90, openingMinutes: 60 };
const story = createStory(options);
const past = story.filter(({ at }) => at < now);
const live = story.filter(({ at }) => at >= now);
const lines = (channel: StoryEvent['channel']): { at: number; payload: string }[] =>
  story.flatMap(({ at, channel: own, payload }) =>
    own === channel && typeof payload === 'string' ? [{ at, payload }] : [],
  );
const documents = story.flatMap((event) =>
  isObject(event.payload) ? [{ ...event, payload: event.payload }] : [],
);

describe('createStory', () => {
  it('is the same for the same seed, and another for another', () => {
    const short = { seed: 3, start: new Date(now), durationMinutes: 3 };
    expect(createStory(short)).toEqual(createStory(short));
    expect(createStory({ ...short, seed: 4 })).not.toEqual(createStory(short));
  });

  it('stays in its time, in order, at the pace of an office', () => {
    expect(story.every(({ at }, i) => at >= (story[i - 1]?.at ?? now - 3_600_000))).toBe(true);
    expect(story.at(-1)?.at).toBeLessThan(now + 30 * 60_000);
    expect(past.length).toBeGreaterThan(5_000);
    expect(past.length).toBeLessThan(8_500);
    expect(live.length / 1_800).toBeGreaterThan(8);
    expect(live.length / 1_800).toBeLessThan(15);
  });

  it('tells every phase, the first of the attack before the live part and in its first seconds', () => {
    expect(new Set(story.map(({ phase }) => phase))).toEqual(new Set(phases));
    const attack = (from: number, to: number) =>
      story.filter(({ phase, at }) => phase !== 'baseline' && at >= from && at < to).length;
    expect(attack(now - 60_000, now)).toBeGreaterThan(3);
    expect(attack(now, now + 6_000)).toBeGreaterThan(1);
  });

  it('tells the whole attack again in a round without an opening', () => {
    const round = createStory({ seed: 8, start: new Date(now), durationMinutes: 30 });
    expect(new Set(round.map(({ phase }) => phase))).toEqual(new Set(phases));
  });

  it('calls home every minute, give or take', () => {
    const calls = story.filter((event) => event.phase === 'beacon' && event.channel === 'syslog_udp');
    const times = calls.filter(({ payload }) => String(payload).includes('FW-ACCEPT')).map(({ at }) => at);
    expect(times.length).toBeGreaterThan(15);
    for (let i = 1; i < times.length; i++)
      expect(Math.abs(times[i]! - times[i - 1]! - 60_000)).toBeLessThan(7_000);
  });

  it('names no phase in what is sent', () => {
    for (const { payload } of story) expect(JSON.stringify(payload)).not.toContain('"phase"');
  });

  it('uses reserved addresses only', () => {
    const text = story.map(({ payload }) => JSON.stringify(payload)).join('\n');
    const addresses = new Set(text.match(/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g));
    addresses.delete('10.0.22621.1');
    const reserved = /^(10\.20\.|127\.0\.0\.1$|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)/;
    const versions = /^(138|140)\.0\.0\.0$/;
    expect([...addresses].filter((address) => !reserved.test(address) && !versions.test(address))).toEqual(
      [],
    );
  });
});

describe('shapes', () => {
  const read = (document: unknown, ...path: string[]): unknown =>
    path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), document);

  it('carry the time of the event in their own form', () => {
    const pad = (value: number) => String(value).padStart(2, '0');
    for (const { at, payload } of documents) {
      const time =
        read(payload, '@timestamp') ??
        read(payload, 'Event', 'System', 'TimeCreated', '#attributes', 'SystemTime');
      expect(time).toBe(new Date(at).toISOString());
    }
    for (const { at, payload } of lines('syslog_tcp')) {
      const date = new Date(at);
      const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
      expect(payload).toMatch(
        /^<\d{1,3}>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [A-Z0-9-]+ [\w-]+(\[\d+\])?: \S?/,
      );
      expect(payload).toContain(` ${clock} `);
    }
    for (const { at, payload } of lines('nginx_file')) {
      const [, day, month, year, time, zone] =
        payload.match(/\[(\d\d)\/(\w{3})\/(\d{4}):(\S+) ([+-]\d{4})\]/) ?? [];
      expect(Date.parse(`${day} ${month} ${year} ${time} ${zone}`)).toBe(Math.floor(at / 1_000) * 1_000);
      expect(payload).toMatch(
        /^\S+ - \S+ \[[^\]]+\] "(GET|POST|HEAD) \S+ HTTP\/1\.1" \d{3} \d+ "[^"]*" "[^"]+"$/,
      );
    }
    const modern = lines('syslog_udp').filter(({ payload }) => / RES01 /.test(payload));
    expect(modern.length).toBeGreaterThan(100);
    for (const { at, payload } of modern)
      expect(payload).toContain(`>1 ${new Date(at).toISOString()} RES01 unbound`);
  });

  it('come in every form of Windows agents, with record numbers that grow', () => {
    const last = new Map<string, number>();
    const forms = { winlogbeat: 0, evtx: 0, nxlog: 0, ecs: 0 };
    for (const { payload } of documents) {
      const [form, host, log, number] =
        payload.winlog !== undefined
          ? ([
              'winlogbeat',
              read(payload, 'winlog', 'computer_name'),
              read(payload, 'winlog', 'channel'),
              read(payload, 'winlog', 'record_id'),
            ] as const)
          : payload.Event !== undefined
            ? ([
                'evtx',
                read(payload, 'Event', 'System', 'Computer'),
                read(payload, 'Event', 'System', 'Channel'),
                read(payload, 'Event', 'System', 'EventRecordID'),
              ] as const)
            : payload.Hostname !== undefined
              ? (['nxlog', payload.Hostname, payload.Channel, payload.RecordNumber] as const)
              : (['ecs', '', '', undefined] as const);
      forms[form]++;
      if (form === 'ecs') continue;
      const key = `${host}/${log}`;
      expect(number).toBeGreaterThan(last.get(key) ?? 0);
      last.set(key, number as number);
    }
    for (const count of Object.values(forms)) expect(count).toBeGreaterThan(100);
  });
});

describe('demonstration', () => {
  it('goes on with another cast after half an hour', () => {
    const events = demonstration({ seed: 7, now: new Date(now) });
    let before = 0;
    let attacked = false;
    for (const { at, phase } of events) {
      expect(at).toBeGreaterThanOrEqual(before);
      before = at;
      attacked ||= at > now + 31 * 60_000 && phase === 'password_guessing';
      if (at > now + 33 * 60_000) break;
    }
    expect(attacked).toBe(true);
  });
});
