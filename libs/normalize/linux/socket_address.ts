/** What a call of the kernel was given as a socket's address (`saddr` in audit records). */
export type SocketAddress = { readonly address: string; readonly port: number } | { readonly path: string };

const [unix, ipv4, ipv6] = ['0100', '0200', '0A00'];

/**
 * Reads a `sockaddr` as the kernel has it in memory, in hexadecimal: family, then for IPv4 and IPv6 port and address
 * (ip(7), ipv6(7)), for local sockets the path (unix(7)). Undefined for other families, and where it is cut short.
 */
export function socketAddress(hex: string): SocketAddress | undefined {
  if (!/^(?:[\dA-F]{2}){4,128}$/.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  switch (hex.slice(0, 4)) {
    case ipv4:
      return bytes.length < 8
        ? undefined
        : { address: [...bytes.subarray(4, 8)].join('.'), port: bytes.readUInt16BE(2) };
    case ipv6:
      return bytes.length < 24
        ? undefined
        : { address: shortened(bytes.subarray(8, 24)), port: bytes.readUInt16BE(2) };
    case unix:
      // An abstract name begins with NUL, and `@` is written for it.
      return { path: bytes.subarray(2).toString('utf8').replace(/^\0/, '@').replace(/\0.*$/s, '') };
    default:
      return undefined;
  }
}

/** The form of RFC 5952; IPv4 in IPv6 as IPv4. */
function shortened(bytes: Buffer): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(bytes.readUInt16BE(i));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return [...bytes.subarray(12)].join('.');
  return new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1);
}
