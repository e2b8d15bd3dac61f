import { administratorBruteForce } from './attacks/administrator.ts';
import { beacon } from './attacks/beacon.ts';
import { createCast, offset } from './attacks/cast.ts';
import { credentialDump } from './attacks/credential_dump.ts';
import { coveringTracks, evasion } from './attacks/evasion.ts';
import { exfiltration } from './attacks/exfiltration.ts';
import { passwordGuessing } from './attacks/password_guessing.ts';
import { bastionPrivileges, domainPrivileges } from './attacks/privilege_change.ts';
import { reconnaissance } from './attacks/reconnaissance.ts';
import { webShell } from './attacks/web_shell.ts';
import type { Activity, Draft, StoryEvent } from './event.ts';
import { linuxActivities } from './linux.ts';
import { networkActivities, night } from './network.ts';
import { createRandom, type Random } from './random.ts';
import { createRenderer } from './shapes.ts';
import { webActivities } from './web.ts';
import { windowsActivities } from './windows.ts';

export interface StoryOptions {
  /** Equal seeds with equal times give equal stories. */
  readonly seed: number;
  readonly start: Date;
  readonly durationMinutes: number;
  /**
   * Minutes at the beginning in which the office opens: activity rises from almost nothing to a working day's, and
   * the intruder's way in falls into the last five. 0 (default) starts in the middle of the day.
   */
  readonly openingMinutes?: number;
}

const activities = [...windowsActivities, ...linuxActivities, ...webActivities, ...networkActivities];
const totalWeight = activities.reduce((sum, [weight]) => sum + weight, 0);

/** Activities per second on a working day; with some two events each this makes about eleven events per second. */
const fullPace = 5.6;
/** The intruder's way in takes this long before the opening ends. */
const prelude = offset(5);

function chooseActivity(random: Random): Activity {
  let left = random.next() * totalWeight;
  for (const [weight, activity] of activities) {
    left -= weight;
    if (left < 0) return activity;
  }
  return windowsActivities[0]?.[1] ?? (() => []);
}

function attackDrafts(seed: number, start: number, curtain: number, end: number): Draft[] {
  const cast = createCast(seed);
  const from = Math.max(start, curtain - prelude);
  return [
    ...reconnaissance(cast, start + offset(1)),
    ...passwordGuessing(cast, from),
    ...bastionPrivileges(cast, from),
    ...administratorBruteForce(cast, from + offset(6)),
    ...domainPrivileges(cast, from + offset(8, 50)),
    ...credentialDump(cast, from + offset(10, 30)),
    ...webShell(cast, from + offset(13)),
    ...beacon(cast, from + offset(16), end),
    ...evasion(cast, from + offset(20)),
    ...coveringTracks(cast, from + offset(22)),
    ...exfiltration(cast, from + offset(14, 20)),
  ];
}

/**
 * Tells the story in order of time, a minute at a time, so that a long one needs little memory. Events lie in
 * [start, start + durationMinutes).
 */
export function* tellStory(options: StoryOptions): Generator<StoryEvent> {
  const { seed, durationMinutes, openingMinutes = 0 } = options;
  const random = createRandom(seed);
  const start = options.start.getTime();
  const end = start + offset(durationMinutes);
  const curtain = start + offset(openingMinutes);
  const render = createRenderer(10_000 + (Math.abs(seed) % 1_000) * 1_000);
  const pace = (at: number) => {
    const opened = at >= curtain ? 1 : (at - start) / (curtain - start);
    return fullPace * (0.05 + 0.95 * opened ** 6);
  };
  let pending = attackDrafts(seed, start, curtain, end);
  let at = start;
  for (let minute = start; minute < end; minute += 60_000) {
    const until = Math.min(minute + 60_000, end);
    for (; at < until; at += random.gap(pace(at)))
      pending.push(...chooseActivity(random)(random, Math.floor(at)));
    pending.sort((a, b) => a.at - b.at);
    const due = pending.findIndex((draft) => draft.at >= until);
    const ready = due === -1 ? pending : pending.slice(0, due);
    pending = due === -1 ? [] : pending.slice(due);
    for (const draft of ready) if (draft.at >= start) yield render(draft);
  }
}

/** The whole story at once, sorted by time. */
export const createStory = (options: StoryOptions): StoryEvent[] => [...tellStory(options)];

/** As long as a detector of new values learns before it speaks up: a day, 31 intervals of ten minutes, and some to spare. */
const nightMinutes = 30 * 60;

/**
 * What `npm start` plays: a long night, in which there is little; the last hour as the office opens; half an hour live in which
 * the attack unfolds; and then half an hour after half an hour with a new cast.
 *
 * @param now where the live part begins
 */
export function* demonstration({
  seed,
  now,
}: {
  readonly seed: number;
  readonly now: Date;
}): Generator<StoryEvent> {
  const opens = now.getTime() - offset(60);
  yield* night(seed, opens - offset(nightMinutes), opens);
  yield* tellStory({
    seed,
    start: new Date(opens),
    durationMinutes: 90,
    openingMinutes: 60,
  });
  for (let round = 1; ; round++)
    yield* tellStory({
      seed: seed + round,
      start: new Date(now.getTime() + offset(30 * round)),
      durationMinutes: 30,
    });
}
