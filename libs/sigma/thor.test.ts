import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTidewatchError } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { createSigmaEngine } from './engine.ts';
import { evtx, ruleFor } from './logsource_fixture.ts';
import { loadThorTable } from './thor.ts';

describe('loadThorTable', () => {
  it('reads services, categories, conditions and renamed fields; names the file that it cannot use', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'thor-'));
    const file = join(dir, 'thor.yml');
    try {
      await writeFile(
        file,
        `logsources:
  a: {category: made_up, product: windows, conditions: {EventID: [7, 8], EventType: T}, rewrite: {product: windows, service: own}, fieldmappings: {To: From}}
  b: {product: windows, service: own, sources: ["WinEventLog:Own/Log", "File:x"]}
  c: {category: webserver, sources: ["File:/var/log/x"]}
`,
      );
      const windows = await loadThorTable(file);
      expect(windows.services).toEqual(new Map([['own', ['Own/Log']]]));
      expect(windows.categories).toEqual(
        new Map([
          ['made_up', [{ eventIds: ['7', '8'], eventType: 'T', service: 'own', fields: [['From', 'To']] }]],
        ]),
      );
      const engine = createSigmaEngine(ruleFor('{product: windows, category: made_up}', 'To: x'), {
        windows,
      });
      expect(engine.evaluate(evtx('own/log', 8, { From: 'x', EventType: 'T' }))).toHaveLength(1);
      expect(engine.evaluate(evtx('own/log', 9, { From: 'x', EventType: 'T' }))).toHaveLength(0);
      await writeFile(file, 'logsources: [');
      await expect(loadThorTable(file)).rejects.toSatisfy((error) =>
        isTidewatchError(error, 'LOGSOURCES_INVALID'),
      );
      await expect(loadThorTable(join(dir, 'no'))).rejects.toSatisfy((error) =>
        isTidewatchError(error, 'LOGSOURCES_UNREADABLE'),
      );
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
