import type { Taken } from './engine.ts';

export interface Happened {
  readonly time: number;
  /** Default: its time. */
  readonly ingested?: number;
  readonly category: string;
  readonly user?: string;
  readonly host?: string;
  readonly source?: string;
  readonly dataClass?: string;
  readonly more?: object;
}

export const eventOf = ({
  time,
  ingested = time,
  category,
  user,
  host,
  source = 'vpn',
  dataClass = 'authentication',
  more,
}: Happened) => ({
  '@timestamp': new Date(time).toISOString(),
  tidewatch: { source, data_class: dataClass },
  event: { id: `${time}`, dataset: 'test', ingested: new Date(ingested).toISOString(), category: [category] },
  ...(user !== undefined && { user: { name: user } }),
  ...(host !== undefined && { host: { name: host } }),
  ...more,
});

/** Events as the detectors' thread gets them. */
export function taken(events: readonly Happened[], offset: number): Taken {
  const lines = events.map((event) => Buffer.from(JSON.stringify(eventOf(event))));
  const sources = [...new Set(events.map(({ source = 'vpn' }) => source))];
  let end = 0;
  return {
    partition: 0,
    to: offset + 1,
    sources,
    source: Uint16Array.from(events, ({ source = 'vpn' }) => sources.indexOf(source)),
    times: Float64Array.from(events, ({ time }) => time),
    ingested: Float64Array.from(events, ({ time }) => time),
    bytes: Buffer.concat(lines),
    ends: Uint32Array.from(lines, ({ length }) => (end += length)),
  };
}
