import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Json, JsonObject } from '@tidewatch/event';
import { describe, expect, test } from 'vitest';
import { has, sharedData } from '../../../test/require.ts';
import { normalised } from '../normalised.suite.ts';

const folder = path.join(sharedData, 'sigmahq/regression_data');

/** The samples are JSON documents one after the other, each indented, each beginning with `{` in the first column. */
const samples = (): [file: string, documents: JsonObject[]][] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8');
      return [
        name,
        text
          .split(/\r?\n(?=\{)/)
          .filter((part) => part.trim() !== '')
          .map((part) => JSON.parse(part)),
      ];
    });

describe.runIf(has('sigmahq'))('the regression samples', () => {
  test('every event data field of the 100 regression samples is kept, verbatim and in order', () => {
    const files = samples();
    expect(files.length).toBe(100);
    let fields = 0;
    for (const [file, documents] of files) {
      for (const document of documents) {
        const { System: system, EventData: data } = document.Event as Record<string, JsonObject>;
        const { '#attributes': _, ...own } = data as JsonObject;
        const event = normalised(document);
        const winlog = event.winlog as JsonObject;
        const asTexts = Object.entries(own).map(([key, value]) => [key, asText(value)]);
        expect(Object.entries(winlog.event_data as JsonObject), file).toEqual(asTexts);
        expect([winlog.channel, winlog.event_id, winlog.computer_name], file).toEqual(
          [system?.Channel, system?.EventID, system?.Computer].map((value) => asText(value as Json)),
        );
        expect(event.event.action, file).toMatch(/^\S+$/);
        expect(event.tags, file).toBeUndefined();
        fields += asTexts.length;
      }
    }
    expect(fields).toBeGreaterThan(1_500);
  });
});

const asText = (value: Json): Json =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
