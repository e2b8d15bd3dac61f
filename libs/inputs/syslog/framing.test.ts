import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDeframer } from './framing.ts';

const cap = 64;
const framesOf = (chunks: (string | Buffer)[], max = cap) => {
  const deframer = createDeframer(max);
  const frames = chunks.flatMap((chunk) => deframer.push(Buffer.from(chunk as string)));
  return [...frames, ...deframer.end()].map(({ bytes, truncatedFrom }) =>
    truncatedFrom === undefined ? bytes.toString() : `${bytes.length} of ${truncatedFrom}`,
  );
};

describe('createDeframer', () => {
  test('takes counted documents where they may come, and nowhere else', () => {
    const stream = Buffer.from('7 {"a":1}7 {"a":2}\n');
    expect(
      createDeframer(cap, true)
        .push(stream)
        .map(({ bytes }) => String(bytes)),
    ).toEqual(['{"a":1}', '{"a":2}']);
    expect(
      createDeframer(cap)
        .push(stream)
        .map(({ bytes }) => String(bytes)),
    ).toEqual(['7 {"a":1}7 {"a":2}']);
  });

  test('a small message among line ends does not hold what came with it', () => {
    const chunk = Buffer.alloc(64 * 1024, '\n');
    chunk.write('<1>a');
    const [small] = createDeframer(cap).push(chunk);
    expect(small?.bytes.toString()).toBe('<1>a');
    expect(small?.bytes.buffer).not.toBe(chunk.buffer);
    const full = Buffer.from('<1>a\n'.repeat(10_000));
    expect(createDeframer(cap).push(full)[0]?.bytes.buffer).toBe(full.buffer);
  });

  test.each([
    ['lines', ['<1>a\n<2>b\r\n'], ['<1>a', '<2>b']],
    ['counted messages', ['4 <1>a6 <2>b\nc'], ['<1>a', '<2>b\nc']],
    ['both by turns, each with a stray line end', ['4 <1>a\n<2>b\n4 <3>c'], ['<1>a', '<2>b', '<3>c']],
    ['a count in pieces', ['1', '0', ' ', '<', '1>', 'abcdefgh<2>x\n'], ['<1>abcdefg', 'h<2>x']],
    ['digits that are no count', ['2024 is a year\n007 <1>x\n12\n'], ['2024 is a year', '007 <1>x', '12']],
    ['a count too long to be one', ['123456789 <1>x\n<2>y\n'], ['123456789 <1>x', '<2>y']],
    ['empty lines and NUL ends', ['\n\r\n<1>a\0\n\0<2>b\0'], ['<1>a', '<2>b']],
    ['a line without its end', ['<1>a\n<2>b'], ['<1>a', '<2>b']],
    ['a counted message without its end', ['9 <1>ab'], ['5 of 9']],
    [
      'a line over the cap, what follows untouched',
      [`<1>${'x'.repeat(200)}`, 'yy\n<2>b\n'],
      ['64 of 205', '<2>b'],
    ],
    ['a line over the cap in one piece', [`<1>${'x'.repeat(97)}\n<2>b\n`], ['64 of 100', '<2>b']],
    [
      'a counted message over the cap',
      [`100 <1>${'x'.repeat(50)}`, `${'x'.repeat(47)}4 <2>b`],
      ['64 of 100', '<2>b'],
    ],
    [
      'a line up to the cap whose end comes in pieces',
      ['x'.repeat(64), '\r', '\n<2>b\r', '\n'],
      ['x'.repeat(64), '<2>b'],
    ],
    ['a line over the cap that never ends', ['x'.repeat(100), 'x'.repeat(100)], ['64 of 200']],
  ])('%s', (_, chunks, expected) => {
    expect(framesOf(chunks)).toEqual(expected);
  });

  test('any way to cut the stream gives the same messages', () => {
    const message = fc.stringMatching(/^[a-z ]{0,90}$/).map((text) => `<34>${text}.`);
    const framed = fc.record({ message, counted: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(framed, { maxLength: 8 }),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 20 }),
        (messages, cuts) => {
          const stream = messages
            .map(({ message, counted }) => (counted ? `${message.length} ${message}` : `${message}\n`))
            .join('');
          const chunks: string[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const length = (cuts[i % cuts.length] ?? 0) + 1;
            chunks.push(stream.slice(at, at + length));
            at += length;
          }
          const expected = messages.map(({ message }) =>
            message.length > cap ? `${cap} of ${message.length}` : message,
          );
          expect(framesOf(chunks)).toEqual(expected);
        },
      ),
    );
  });

  test('garbage after messages leaves them whole, and is the same however it is cut', () => {
    const message = fc.stringMatching(/^[a-z ]{0,40}$/).map((text) => `<34>${text}.`);
    const framed = fc.record({ message, counted: fc.boolean() });
    const nearTheCap = fc
      .tuple(fc.integer({ min: cap - 3, max: cap + 3 }), fc.stringMatching(/^[\r\0]{0,4}$/))
      .map(([length, trailers]) => Buffer.from(`${'x'.repeat(length)}${trailers}\n`));
    const framing = fc.array(fc.constantFrom(...Buffer.from('19 <x\n\r\0')), { maxLength: 200 });
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), framing, nearTheCap);
    fc.assert(
      fc.property(
        fc.array(framed, { maxLength: 5 }),
        bytes,
        fc.array(fc.nat(60), { minLength: 1, maxLength: 20 }),
        (messages, garbage, cuts) => {
          const before = messages
            .map(({ message, counted }) => (counted ? `${message.length} ${message}` : `${message}\n`))
            .join('');
          const stream = Buffer.concat([Buffer.from(before), Buffer.from(garbage)]);
          const whole = framesOf([stream]);
          expect(whole.slice(0, messages.length)).toEqual(messages.map(({ message }) => message));
          const chunks: Buffer[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const length = (cuts[i % cuts.length] ?? 0) + 1;
            chunks.push(stream.subarray(at, at + length));
            at += length;
          }
          expect(framesOf(chunks)).toEqual(whole);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a line that never ends', ''],
    ['a message of the largest count', '99999999 <'],
  ])('%s is not held beyond the cap', (_, begin) => {
    const deframer = createDeframer(cap);
    deframer.push(Buffer.from(begin));
    const mebibyte = Buffer.alloc(1024 * 1024, 120);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 90; i++) expect(deframer.push(mebibyte)).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    const [frame] = deframer.end();
    expect(frame?.bytes).toHaveLength(cap);
  });

  test('any bytes give no message over the cap and no error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
        const deframer = createDeframer(cap);
        const frames = [...chunks.flatMap((chunk) => deframer.push(Buffer.from(chunk))), ...deframer.end()];
        expect(frames.every(({ bytes }) => bytes.length <= cap + 10)).toBe(true);
      }),
    );
  });
});
