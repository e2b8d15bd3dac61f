import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/**
 * A process of its own for the tests: writes numbered lines of 1,000 bytes as fast as the receiver reads them, and prints
 * every 100 ms how many bytes it could hand to the system.
 *
 * Arguments: `tcp`, `tls` or `relp`; port; how many lines.
 */
const [protocol = 'tcp', port = '0', count = '0'] = process.argv.slice(2);
const socket: Socket =
  protocol === 'tls'
    ? connectTls({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false })
    : connect(Number(port), '127.0.0.1');

const frame = (number: number, command: string, data: string) =>
  `${number} ${command} ${data.length} ${data}\n`;

function* pieces(): Generator<string> {
  if (protocol === 'relp') yield frame(1, 'open', 'relp_version=0\ncommands=syslog');
  for (let i = 0; i < Number(count); i += 100) {
    const lines = Array.from({ length: 100 }, (_, j) => {
      const line = `<13>${String(i + j).padStart(996, '.')}`;
      return protocol === 'relp' ? frame(i + j + 2, 'syslog', line) : `${line}\n`;
    });
    yield lines.join('');
  }
}

async function send(): Promise<void> {
  for (const piece of pieces())
    if (!socket.write(piece)) await new Promise((resolve) => socket.once('drain', resolve));
}

socket.resume();
setInterval(() => process.stdout.write(`${socket.bytesWritten - socket.writableLength}\n`), 100).unref();
await new Promise((resolve) => socket.once(protocol === 'tls' ? 'secureConnect' : 'connect', resolve));
await send();
await new Promise<void>((resolve) => socket.end(resolve));
