import { BlockList, isIP, isIPv6 } from 'node:net';
import type { TidewatchError } from '@tidewatch/event';
import { errors } from './errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only programs of this machine reach an address. Names other than `localhost` are taken not to be. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const address = plainAddress(host);
  return isIP(address) !== 0 && loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** An address as people write it: IPv4 mapped into IPv6 (`::ffff:192.0.2.1`) and zones (`%eth0`) undone. */
export const plainAddress = (address: string): string =>
  address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');

/** `host:port`, with brackets around IPv6. */
export const hostPort = (host: string, port: number): string =>
  isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;

/** The host of `host:port`, without the brackets of IPv6. */
export const hostOf = (address: string): string => address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

/** Says in words why a socket could not be bound. */
export function bindError(
  error: unknown,
  where: { readonly input: string; readonly protocol: string; readonly host: string; readonly port: number },
): TidewatchError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return errors.PORT_TAKEN(where);
  if (code === 'EACCES') return errors.PORT_FORBIDDEN(where);
  return errors.BIND_FAILED({ ...where, reason: message });
}
