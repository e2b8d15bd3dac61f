import { readFile } from 'node:fs/promises';
import { isIPv4, isIPv6 } from 'node:net';
import { endianness } from 'node:os';

/**
 * How many datagrams the system has dropped for a bound UDP socket since it was bound, for want of room in its receive
 * buffer: the `drops` of `/proc/net/udp` (proc_net(5)). Undefined where the system does not say, as outside Linux.
 *
 * @param address that the socket is bound to, as `socket.address()` gives it
 */
export async function systemDrops(address: string, port: number): Promise<number | undefined> {
  const table = isIPv6(address) ? 'udp6' : 'udp';
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
  const local = `${hexAddress(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const row = text.split('\n').find((line) => line.trim().split(/\s+/)[1] === local);
  const drops = Number(row?.trim().split(/\s+/)[12]);
  return Number.isInteger(drops) ? drops : undefined;
}

/** An address as the table writes it: words of four bytes, each in the machine's order, in hexadecimal. */
function hexAddress(address: string): string {
  const bytes = Buffer.from(isIPv4(address) ? address.split('.').map(Number) : bytesOfIPv6(address));
  return (endianness() === 'LE' ? bytes.swap32() : bytes).toString('hex').toUpperCase();
}

function bytesOfIPv6(address: string): number[] {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const words = (part: string | undefined) =>
    part ? part.split(':').map((word) => Number.parseInt(word, 16)) : [];
  const [first, last] = [words(head), words(tail)];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...new Array<number>(zeros).fill(0), ...last].flatMap((word) => [word >> 8, word & 255]);
}
