import type { StreamRecord } from './contract.ts';

const newline = 10;
const space = 32;

/** One buffer for the whole batch, so that one transfer moves it. A line end inside JSON is as good as a space. */
export function joinLines(records: readonly StreamRecord[]): Uint8Array {
  const joined = new Uint8Array(records.reduce((size, { value }) => size + value.length + 1, 0));
  let at = 0;
  for (const { value } of records) {
    joined.set(value, at);
    for (let i = value.indexOf(newline); i !== -1; i = value.indexOf(newline, i + 1)) joined[at + i] = space;
    at += value.length;
    joined[at++] = newline;
  }
  return joined;
}

/** Lines of a buffer, which they share. */
export function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}
