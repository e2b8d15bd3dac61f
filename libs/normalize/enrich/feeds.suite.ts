import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { IndicatorKind } from './enrichers.ts';
import { findIndicator } from './indicator.ts';
import { KeyIndex } from './key_index.ts';
import { type FeedSpec, load } from './load.ts';

export const now = Date.UTC(2026, 10, 22);
export const day = 86_400_000;
export const MiB = 1_048_576;

/** Reads feeds from files of a folder that each test has for itself. */
export function feedFiles() {
  const files = { folder: '', read };
  beforeEach(async () => {
    files.folder = await mkdtemp(join(tmpdir(), 'tidewatch-feeds-'));
  });
  afterEach(() => rm(files.folder, { recursive: true }));

  async function read(text: string | Buffer, given: Partial<FeedSpec> = {}) {
    const path = join(files.folder, 'feed');
    await writeFile(path, text);
    const common = {
      maxBytes: 64 * MiB,
      delimiter: ',',
      comment: '#',
      header: false,
      columns: { value: '1' },
    };
    const loaded = await load({ what: 'feed', format: 'csv', path, ...common, ...given }, now);
    const index = new KeyIndex(loaded.data);
    const find = (kind: IndicatorKind, value: string, at = now) => findIndicator(index, kind, value, at);
    return { ...loaded, index, find };
  }
  return files;
}
