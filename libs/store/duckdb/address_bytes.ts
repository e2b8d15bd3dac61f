import { addressKey } from '@tidewatch/query';

const [dot, zero, nine] = [46, 48, 57];
const digits = Buffer.from('0123456789abcdef');
const mapped = Buffer.from('00000000000000000000ffff');
/** Bytes of an address key. */
export const keyBytes = 32;

/** As `addressKey`, from bytes to bytes; false where the text is no address. */
export function writeAddressKey(
  bytes: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  at: number,
): boolean {
  if (writeDotted(bytes, start, end, to, at + mapped.length)) {
    to.set(mapped, at);
    return true;
  }
  const key = addressKey(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString());
  if (key !== undefined) to.set(Buffer.from(key), at);
  return key !== undefined;
}

/** Four numbers up to 255 without leading zeros. */
function writeDotted(bytes: Uint8Array, start: number, end: number, to: Uint8Array, at: number): boolean {
  let place = start;
  for (let part = 0; part < 4; part++) {
    const first = place;
    let value = 0;
    for (
      let byte = bytes[place] as number;
      byte >= zero && byte <= nine && place < end;
      byte = bytes[place] as number
    ) {
      value = value * 10 + byte - zero;
      place++;
    }
    const length = place - first;
    if (length === 0 || length > 3 || value > 255 || (length > 1 && bytes[first] === zero)) return false;
    if (part < 3 ? bytes[place] !== dot : place !== end) return false;
    place++;
    to[at + 2 * part] = digits[value >> 4] as number;
    to[at + 2 * part + 1] = digits[value & 15] as number;
  }
  return true;
}
