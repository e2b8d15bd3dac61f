import type { JsonObject } from '@tidewatch/event';
import type { WindowsHost } from './office.ts';
import type { Random } from './random.ts';

/** What a story event belongs to. For tests and for people; never part of what is sent. */
export const phases = [
  'baseline',
  'reconnaissance',
  'password_guessing',
  'privilege_change',
  'admin_brute_force',
  'credential_dump',
  'web_shell',
  'exfiltration',
  'beacon',
  'evasion',
  'covering_tracks',
] as const;
export type Phase = (typeof phases)[number];

/** Windows events in winlogbeat or evtx_dump shape, in flat nxlog shape, and process starts as an ECS agent sends them. */
export type DocumentChannel = 'windows_http' | 'nxlog_http' | 'ecs_http';
/** Raw lines: syslog with its priority, or nginx's combined format for a watched file. Without line ends. */
export type LineChannel = 'syslog_tcp' | 'syslog_udp' | 'nginx_file';

/** One thing that happens, as its source would write it down. `at` is epoch milliseconds. */
export type StoryEvent = { readonly at: number; readonly phase: Phase } & (
  | { readonly channel: DocumentChannel; readonly payload: JsonObject }
  | { readonly channel: LineChannel; readonly payload: string }
);

/** A Windows event before it takes the shape of its host's agent. Values are text, as Windows renders them. */
export interface WindowsRecord {
  readonly host: WindowsHost;
  readonly log: 'Security' | 'Sysmon' | 'System';
  readonly id: number;
  readonly data: Readonly<Record<string, string>>;
}

/** What generators write: Windows events stay records until their order, and so their record numbers, are known. */
export type Draft =
  | StoryEvent
  | { readonly at: number; readonly phase: Phase; readonly record: WindowsRecord };

/** Something that happens in the office from `at` on; its events may stretch over minutes. */
export type Activity = (random: Random, at: number) => Draft[];

/** Activities with how often each is chosen, relative to the others. */
export type Activities = readonly (readonly [weight: number, activity: Activity])[];
