import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { replaceFile } from '@tidewatch/stream/durable';
import { z } from 'zod';

/** What was tried once and need not be again, as long as neither it nor what tries it changes. */
export interface Admissions {
  /** How many golden events of a version had their scores; undefined where it was never tried. */
  golden(digest: string): Promise<number | undefined>;
  remember(digest: string, golden: number): Promise<void>;
}

/** Versions; the oldest are forgotten first. */
const most = 1_000;
const kept = z.strictObject({ by: z.string(), golden: z.array(z.tuple([z.string(), z.int()])) });

/**
 * Opens the file of admissions. What another program tried, or the same on another machine, counts for nothing; nor does a file that
 * is not there or damaged.
 *
 * @param program of admission: its bytes stand for Tidewatch's version
 */
export function openAdmissions(file: string, program: URL): Admissions {
  let opened: Promise<{ readonly by: string; readonly golden: Map<string, number> }> | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  async function open() {
    const code = createHash('sha256').update(await readFile(fileURLToPath(program)));
    const by = [process.platform, process.arch, process.version, code.digest('hex')].join(' ');
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const read = kept.safeParse(jsonOf(text));
    return { by, golden: new Map(read.data?.by === by ? read.data.golden : []) };
  }
  const known = () => {
    opened ??= open().catch((error: Error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };

  return {
    golden: async (digest) => (await known()).golden.get(digest),
    async remember(digest, count) {
      const { by, golden } = await known();
      golden.set(digest, count);
      for (const [old] of golden) if (golden.size > most) golden.delete(old);
      turn = turn.catch(() => {}).then(() => replaceFile(file, JSON.stringify({ by, golden: [...golden] })));
      await turn;
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
