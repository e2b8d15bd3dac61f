/** Bytes that are no saved forest or detector: cut off, changed, or of a version that is not known. */
export class UnreadableState extends Error {
  override name = 'UnreadableState';
}

type Numbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Puts numbers in a row as this machine keeps them (little-endian wherever Node runs), behind a checksum. */
export class Writer {
  readonly #parts: Uint8Array[] = [];

  put(numbers: Numbers): void {
    this.#parts.push(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  }

  number(...numbers: number[]): void {
    this.put(Float64Array.from(numbers));
  }

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 4));
    let at = 4;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    whole.set(new Uint8Array(Uint32Array.of(checksum(whole)).buffer));
    return whole;
  }
}

/** Takes out what {@link Writer} put in. Throws {@link UnreadableState} where that is not what the bytes are. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 4;

  constructor(bytes: Uint8Array) {
    const [stated] = bytes.length < 4 ? [] : new Uint32Array(bytes.slice(0, 4).buffer);
    if (stated !== checksum(bytes)) throw new UnreadableState('It is cut off or was changed.');
    this.#bytes = bytes;
  }

  /** Fills numbers. */
  get(numbers: Numbers): void {
    const end = this.#at + numbers.byteLength;
    if (end > this.#bytes.length) throw new UnreadableState('It is cut off.');
    new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength).set(
      this.#bytes.subarray(this.#at, end),
    );
    this.#at = end;
  }

  number(): number {
    const numbers = new Float64Array(1);
    this.get(numbers);
    return numbers[0] as number;
  }

  /** A whole number within bounds. */
  count(least: number, most: number): number {
    const number = this.number();
    if (!Number.isInteger(number) || number < least || number > most)
      throw new UnreadableState(`${number} stands where ${least} to ${most} does.`);
    return number;
  }

  /** The bytes that are left. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }
}

/** Of all bytes but its own (FNV-1a, Fowler, Noll and Vo, taken over 32 bits at a time where there are as many). */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  const words = new Uint32Array(bytes.slice(4, bytes.length - (bytes.length % 4)).buffer);
  for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ (words[i] as number), 0x01000193);
  for (let i = bytes.length - (bytes.length % 4); i < bytes.length; i++)
    sum = Math.imul(sum ^ (bytes[i] as number), 0x01000193);
  return sum >>> 0;
}
