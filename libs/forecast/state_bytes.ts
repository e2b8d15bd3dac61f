/** Writes numbers, lists of numbers and words one after the other, little-endian; {@link StateReader} reads them back. */
export interface StateWriter {
  readonly number: (value: number) => void;
  readonly numbers: (values: ArrayLike<number>) => void;
  readonly text: (text: string) => void;
  readonly bytes: () => Uint8Array;
}

/** Reads what a {@link StateWriter} wrote, in its order. Throws {@link StateDamaged} where the bytes have something else. */
export interface StateReader {
  readonly number: () => number;
  readonly numbers: () => Float64Array;
  readonly text: () => string;
  /** Throws where bytes are left. */
  readonly end: () => void;
}

/** Bytes are no state, or not a whole one. */
export class StateDamaged extends Error {}

const word = 8;

/** @param version first byte, by which a reader knows what follows */
export function createStateWriter(version: number): StateWriter {
  const parts: Uint8Array[] = [Uint8Array.of(version)];
  const numbers = (values: ArrayLike<number>): void => {
    const part = new DataView(new ArrayBuffer(values.length * word));
    for (let i = 0; i < values.length; i++) part.setFloat64(i * word, values[i] as number, true);
    parts.push(new Uint8Array(part.buffer));
  };
  const number = (value: number): void => numbers([value]);
  return {
    number,
    numbers(values) {
      number(values.length);
      numbers(values);
    },
    text(text) {
      number(text.length);
      parts.push(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
    },
    bytes() {
      const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    },
  };
}

/** @returns undefined where the bytes are of another version */
export function createStateReader(bytes: Uint8Array, version: number): StateReader | undefined {
  if (bytes[0] !== version) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 1;
  const take = (length: number): number => {
    if (at + length > bytes.length) throw new StateDamaged('The state ends early.');
    at += length;
    return at - length;
  };
  const number = (): number => view.getFloat64(take(word), true);
  const size = (): number => {
    const value = number();
    if (!Number.isInteger(value) || value < 0) throw new StateDamaged(`A length is ${value}.`);
    return value;
  };
  return {
    number,
    numbers() {
      const length = size();
      const from = take(length * word);
      return Float64Array.from({ length }, (_, i) => view.getFloat64(from + i * word, true));
    },
    text() {
      const length = size();
      const from = take(length);
      return String.fromCharCode(...bytes.subarray(from, from + length));
    },
    end() {
      if (at !== bytes.length) throw new StateDamaged('Bytes are left after the state.');
    },
  };
}
