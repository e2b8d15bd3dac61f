import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { createNormaliser } from '@tidewatch/normalize';
import { windowsEvents } from './windows_events.ts';

/** The same events in several shapes, one JSON document a line. */
export interface EventFiles {
  /** As evtx_dump writes them. */
  readonly evtx: string;
  /** As Tidewatch's normaliser puts them on the stream. */
  readonly ecs: string;
  /** As a peer wants them that knows rules' names of fields only: system and event data side by side, Sysmon's names in 4688. */
  readonly flat: string;
  /** One event of every kind, as ECS. */
  readonly kinds: string;
  readonly meanBytes: number;
  readonly meanEcsBytes: number;
}

export function writeEventFiles(directory: string, count: number): EventFiles {
  const names = { evtx: 'evtx', ecs: 'ecs', flat: 'flat', kinds: 'kinds' };
  const path = (name: string) => join(directory, `${name}.ndjson`);
  const open = Object.fromEntries(Object.keys(names).map((name) => [name, openSync(path(name), 'w')]));
  const bytes = { evtx: 0, ecs: 0, flat: 0, kinds: 0 };
  const write = (name: keyof typeof names, line: string) => {
    bytes[name] += writeSync(open[name] as number, `${line}\n`);
  };
  const normalise = createNormaliser();
  const seen = new Set<unknown>();
  for (const event of windowsEvents(count, 1, Date.parse('2026-11-01T00:00:00Z'))) {
    const line = JSON.stringify(event);
    write('evtx', line);
    write('flat', JSON.stringify(flattened(event)));
    const position = { kind: 'none' } as const;
    const record = {
      bytes: Buffer.from(line),
      format: 'json',
      position,
      received: Date.now(),
      hints: {},
    } as const;
    const outcome = normalise(record, 'bench');
    if (outcome.status !== 'ok') throw new Error(`An event was not understood: ${line}`);
    write('ecs', String(outcome.value.json));
    const { Channel, EventID } = (event.Event as { System: JsonObject }).System;
    if (seen.has(`${Channel} ${EventID}`)) continue;
    seen.add(`${Channel} ${EventID}`);
    write('kinds', String(outcome.value.json));
  }
  for (const descriptor of Object.values(open)) closeSync(descriptor);
  return {
    evtx: path('evtx'),
    ecs: path('ecs'),
    flat: path('flat'),
    kinds: path('kinds'),
    meanBytes: bytes.evtx / count,
    meanEcsBytes: bytes.ecs / count,
  };
}

/** What the peer's routing wants to be told; where an event is of several categories, it is told none. */
const categories: Readonly<Record<string, string>> = {
  1: 'process_creation',
  3: 'network_connection',
  7: 'image_load',
  10: 'process_access',
  11: 'file_event',
  22: 'dns_query',
  4103: 'ps_module',
  4104: 'ps_script',
  4688: 'process_creation',
};

const attributesOf = (element: Json | undefined): JsonObject => {
  const attributes = isObject(element) ? element['#attributes'] : undefined;
  return isObject(attributes) ? attributes : {};
};

function flattened({ Event: event }: JsonObject): JsonObject {
  const { System: system, EventData: data, RenderingInfo: rendered } = event as Record<string, JsonObject>;
  const { Provider, TimeCreated, Execution, Security, ...plain } = system ?? {};
  const category = categories[String(plain.EventID)];
  return {
    product: 'windows',
    ...(category === undefined ? {} : { category }),
    ...plain,
    Provider_Name: attributesOf(Provider).Name ?? null,
    TimeCreated: attributesOf(TimeCreated).SystemTime ?? null,
    ...data,
    ...(plain.EventID === 4688 ? { Image: data?.NewProcessName, ParentImage: data?.ParentProcessName } : {}),
    Message: rendered?.Message ?? null,
  } as JsonObject;
}
