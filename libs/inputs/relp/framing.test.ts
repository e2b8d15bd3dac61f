import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRelpDeframer, response } from './framing.ts';

const cap = 64;
function read(chunks: readonly Buffer[]) {
  const deframer = createRelpDeframer(cap);
  const frames = chunks
    .flatMap((chunk) => deframer.push(chunk))
    .map(({ txnr, command, data, truncatedFrom }) => {
      const text = data.toString('latin1');
      return `${txnr} ${command} ${truncatedFrom === undefined ? text : `${text.length} of ${truncatedFrom}`}`;
    });
  return { frames, fault: deframer.fault };
}

/** The stream in pieces of the given lengths, by turns. */
function cut(stream: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < stream.length; i++) {
    const length = (lengths[i % lengths.length] ?? 0) + 1;
    chunks.push(stream.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

const frame = fc
  .record({
    txnr: fc.nat(999_999_999),
    command: fc.stringMatching(/^[A-Za-z]{1,32}$/),
    data: fc.uint8Array({ maxLength: 90 }).map((bytes) => Buffer.from(bytes)),
  })
  .map(({ txnr, command, data }) => {
    const text = data.length > cap ? `${cap} of ${data.length}` : data.toString('latin1');
    const space = data.length === 0 ? '' : ' ';
    return {
      bytes: Buffer.concat([
        Buffer.from(`${txnr} ${command} ${data.length}${space}`),
        data,
        Buffer.from('\n'),
      ]),
      read: `${txnr} ${command} ${text}`,
    };
  });
const lengths = fc.array(fc.nat(60), { minLength: 1, maxLength: 20 });

describe('createRelpDeframer', () => {
  test.each([
    ['commands', '1 open 3 a=b\n2 syslog 5 <1>ab\n3 close 0\n', ['1 open a=b', '2 syslog <1>ab', '3 close ']],
    ['data with line ends in it', '1 syslog 5 <1>\n\n\n', ['1 syslog <1>\n\n']],
    ['the largest number', '999999999 syslog 1 a\n', ['999999999 syslog a']],
    ['data over the cap', `1 syslog 70 ${'x'.repeat(70)}\n2 close 0\n`, ['1 syslog 64 of 70', '2 close ']],
    ['an unfinished command', '1 syslog 5 <1', []],
    ['an unfinished header', '1 sysl', []],
  ])('%s', (_, stream, expected) => {
    expect(read([Buffer.from(stream)])).toEqual({ frames: expected, fault: undefined });
  });

  const noHeader = 'a command does not begin with its number, name and length';
  const notItsLength = 'the length of a command is not that of its data';
  const noEnd = 'a command does not end where its length says';
  test.each([
    ['no number', 'syslog 1 a\n', noHeader],
    ['a number too long', '1234567890 syslog 1 a\n', noHeader],
    ['no command', '1  1 a\n', noHeader],
    ['a command too long', `1 ${'a'.repeat(33)} 1 a\n`, noHeader],
    ['digits in the command', '1 sys1og 1 a\n', noHeader],
    ['no length', '1 syslog a\n', noHeader],
    ['a length too long', '1 syslog 1234567890 a\n', noHeader],
    ['data after the length 0', '1 syslog 0 a\n', notItsLength],
    ['no data after a length', '1 syslog 2\n', notItsLength],
    ['data longer than the length', '1 syslog 1 ab\n', noEnd],
    ['another protocol', 'GET / HTTP/1.1\r\n\r\n', noHeader],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01', noHeader],
  ])('%s is a fault, and what came before is whole', (_, stream, expected) => {
    const { frames, fault } = read([Buffer.from(`1 syslog 2 ok\n${stream}2 syslog 1 b\n`, 'latin1')]);
    expect(frames).toEqual(['1 syslog ok']);
    expect(fault).toBe(expected);
  });

  test('any way to cut a stream gives the same commands', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), lengths, (frames, pieces) => {
        const stream = Buffer.concat(frames.map(({ bytes }) => bytes));
        expect(read(cut(stream, pieces))).toEqual({
          frames: frames.map(({ read }) => read),
          fault: undefined,
        });
      }),
    );
  });

  test('garbage after commands leaves them whole, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 5 }),
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        lengths,
        (frames, garbage, pieces) => {
          const stream = Buffer.concat([...frames.map(({ bytes }) => bytes), Buffer.from(garbage)]);
          const whole = read([stream]);
          expect(whole.frames.slice(0, frames.length)).toEqual(frames.map(({ read }) => read));
          expect(read(cut(stream, pieces))).toEqual(whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a small message among what is not kept does not hold what came with it', () => {
    const chunk = Buffer.from(`1 syslog 4 <1>a\n2 nonsense 60000 ${'x'.repeat(60_000)}\n`);
    const [small] = createRelpDeframer(cap).push(chunk);
    expect(small?.data.toString()).toBe('<1>a');
    expect(small?.data.buffer).not.toBe(chunk.buffer);
  });

  test('a command of the largest length is skipped without keeping it', () => {
    const deframer = createRelpDeframer(cap);
    deframer.push(Buffer.from('1 syslog 999999999 '));
    const mebibyte = Buffer.alloc(1024 * 1024, 120);
    const before = process.memoryUsage().arrayBuffers;
    for (let left = 999_999_999; left > 0; left -= mebibyte.length)
      deframer.push(mebibyte.subarray(0, Math.min(left, mebibyte.length)));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    expect(deframer.push(Buffer.from('\n'))).toMatchObject([{ txnr: 1, truncatedFrom: 999_999_999 }]);
  });
});

test('an answer counts its bytes, not its characters', () => {
  expect(response(7, '200 OK')).toBe('7 rsp 6 200 OK\n');
  expect(response(7, '500 ä')).toBe('7 rsp 6 500 ä\n');
});
