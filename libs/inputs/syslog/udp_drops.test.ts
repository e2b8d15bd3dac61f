import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { systemDrops } from './udp_drops.ts';

/** Sends datagrams from another process while this one reads none. */
function flood(host: string, port: number, count: number): void {
  const type = host.includes(':') ? 'udp6' : 'udp4';
  const program = `const s = require('node:dgram').createSocket('${type}');
    let left = ${count};
    const next = () => left-- > 0 ? s.send(Buffer.alloc(1000), ${port}, '${host}', next) : s.close();
    next();`;
  execFileSync(process.execPath, ['-e', program]);
}

test.runIf(process.platform === 'linux').each(['127.0.0.1', '::1', '::'])(
  'tells what the system dropped for a socket on %s',
  async (host) => {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 4096 });
    let received = 0;
    socket.on('message', () => received++);
    await new Promise<void>((resolve) => socket.bind({ address: host, port: 0 }, resolve));
    const { address, port } = socket.address();
    expect(await systemDrops(address, port)).toBe(0);
    flood(host === '::' ? '::1' : host, port, 500);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(500);
    expect(await systemDrops(address, port)).toBe(500 - received);
    socket.close();
  },
);

test('knows nothing of a socket that is not there', async () => {
  expect(await systemDrops('127.0.0.1', 1)).toBeUndefined();
});
