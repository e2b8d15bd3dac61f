import { setTimeout } from 'node:timers/promises';
import { createNormaliser } from '@tidewatch/normalize';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccept } from './accept.ts';
import { decodeDeadLetter, openLetter } from './dead_letters/letter.ts';
import { log, messages, openIngest, readAll, recordOf } from './ingest.suite.ts';

let ingest: Awaited<ReturnType<typeof openIngest>>;
beforeEach(async () => {
  ingest = await openIngest();
});
afterEach(() => ingest.dispose());

const accept = (more: Partial<Parameters<typeof createAccept>[0]>) =>
  createAccept({ ...ingest, normalise: createNormaliser(), processors: [], log, ...more });

describe('what events need beside them', () => {
  it('is durable before they are appended', async () => {
    let settled = 0;
    const taken = accept({
      settle: async () => {
        await setTimeout(20);
        expect(await readAll(ingest.events)).toHaveLength(0);
        settled++;
      },
    });
    expect(await taken('web', messages(0, 3))).toHaveLength(3);
    expect(settled).toBe(1);
    expect(await readAll(ingest.events)).toHaveLength(3);
  });

  it('rejects the call where it can’t be kept, and nothing of it is', async () => {
    const taken = accept({
      settle: async () => {
        throw new Error('no room');
      },
    });
    await expect(taken('web', [...messages(0, 3), recordOf('{broken')])).rejects.toThrow('no room');
    expect(await readAll(ingest.events)).toHaveLength(0);
    expect(await readAll(ingest.deadLetters)).toHaveLength(0);
  });
});

describe('dead letters', () => {
  it('are kept sealed, and what is said of them quotes nothing', async () => {
    const seal = (raw: Uint8Array, id: string) => Buffer.from(`${id}:${Buffer.from(raw).toString('base64')}`);
    const hints = { index: 'web', peer: '192.0.2.7', headers: { from: 'alice' } };
    const [answer] = await accept({ seal })('web', [{ ...recordOf('{"name":alice}'), hints }]);
    expect(answer).toMatchObject({ status: 'dead_letter', message: expect.stringContaining('alice') });
    const [record] = await readAll(ingest.deadLetters);
    if (record === undefined || answer?.status !== 'dead_letter') throw new Error('nothing was set aside');
    const letter = decodeDeadLetter(record);
    expect(letter.sealed).toBe(true);
    expect(Buffer.from(letter.raw).toString()).toBe(
      `${answer.id}:${Buffer.from('{"name":alice}').toString('base64')}`,
    );
    expect(letter.message).toMatch(/…$/);
    expect(JSON.stringify([record.headers, letter.message])).not.toMatch(/alice|192\.0\.2\.7/);
    expect(letter.hints).toEqual({ index: 'web' });
    const open = (sealed: Uint8Array, id: string) => {
      const [name, text = ''] = Buffer.from(sealed).toString().split(':');
      return name === id ? Buffer.from(text, 'base64') : undefined;
    };
    const opened = openLetter(letter, open);
    expect(Buffer.from(opened?.raw ?? []).toString()).toBe('{"name":alice}');
    expect(opened?.hints).toEqual(hints);
    expect(openLetter(letter, (sealed) => open(sealed, letter.id))).toBeUndefined();
  });
});
