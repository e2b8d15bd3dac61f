import { describe, expect, it } from 'vitest';
import { feedFiles } from './feeds.suite.ts';

const { read } = feedFiles();

describe('a feed of MISP', () => {
  const attribute = (type: string, value: string, more = {}) => ({
    uuid: '00000000-0000-4000-8000-000000000001',
    type,
    value,
    to_ids: true,
    timestamp: '1795046400',
    ...more,
  });
  const event = (...attributes: unknown[]) => ({
    Event: {
      info: 'A campaign',
      Orgc: { name: 'Example CERT' },
      Tag: [{ name: 'type:OSINT' }, { name: 'tlp:amber' }],
      Attribute: attributes,
      Object: [{ Attribute: [attribute('filename|sha1', `a.exe|${'b'.repeat(40)}`)] }],
    },
  });

  it.each([
    ['an answer', (one: unknown) => ({ response: [one] })],
    ['an event', (one: unknown) => one],
    ['a list', (one: unknown) => [one]],
  ])('reads %s', async (_, wrap) => {
    const { find, unfit } = await read(
      JSON.stringify(
        wrap(
          event(
            attribute('ip-dst|port', '198.51.100.7|443', { comment: 'C2' }),
            attribute('domain|ip', 'example.org|198.51.100.8'),
            attribute('ip-src', '198.51.100.9', { to_ids: false }),
            attribute('ip-src', '198.51.100.10', { deleted: true }),
            attribute('mutex', 'x'),
          ),
        ),
      ),
      { format: 'misp' },
    );
    expect(unfit).toBe(1);
    expect(find('ip', '198.51.100.7')).toEqual({
      type: 'ipv4-addr',
      name: '198.51.100.7',
      ip: '198.51.100.7',
      id: ['00000000-0000-4000-8000-000000000001'],
      description: 'C2',
      provider: 'Example CERT',
      modified_at: '2026-11-19T00:00:00.000Z',
      marking: { tlp: 'AMBER' },
    });
    expect(find('ip', '198.51.100.8')).toHaveProperty('description', 'A campaign');
    expect(find('domain', 'example.org')).toHaveProperty('name', 'example.org');
    expect(find('hash', 'B'.repeat(40))).toMatchObject({ file: { hash: { sha1: 'b'.repeat(40) } } });
    expect(find('ip', '198.51.100.9') ?? find('ip', '198.51.100.10')).toBeUndefined();
  });

  it('reads attributes by themselves', async () => {
    const text = JSON.stringify({
      response: { Attribute: [attribute('md5', 'c'.repeat(32), { Event: { info: 'I' } })] },
    });
    expect((await read(text, { format: 'misp' })).find('hash', 'c'.repeat(32))).toMatchObject({
      description: 'I',
    });
  });

  it('lives with nonsense', async () => {
    const text = JSON.stringify([
      null,
      7,
      { Event: 7 },
      event(null, 7, {}, attribute('ip-src', 'x'), { to_ids: '1' }, attribute('md5', 7 as never)),
    ]);
    const { unfit, faults, index } = await read(text, { format: 'misp' });
    expect({ unfit, faults, keys: index.keys }).toEqual({ unfit: 3, faults: [], keys: 1 });
  });
});
