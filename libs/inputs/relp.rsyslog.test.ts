import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundled } from '../../test/bundle.ts';
import { has } from '../../test/require.ts';
import { type RunningRsyslog, startRsyslog } from '../../test/services/rsyslog.ts';
import { relp } from './relp.ts';
import { createSink, waitFor } from './sink.suite.ts';
import { createCertificates } from './tls.suite.ts';

let directory: string;
let rsyslog: RunningRsyslog | undefined;
let receiver: ChildProcess | undefined;

const program = fileURLToPath(bundled(new URL('./relp/relp.child.ts', import.meta.url)));

// What rsyslog can't put into its own queue for two seconds it drops, if it isn't told otherwise.
const action = (port: number, more = '') => `action(type="omrelp" target="127.0.0.1" port="${port}"
  template="RSYSLOG_SyslogProtocol23Format" conn.timeout="2" timeout="10"
  action.resumeRetryCount="-1" action.resumeInterval="1" action.resumeIntervalMax="1" ${more}
  queue.type="LinkedList" queue.filename="relp" queue.size="20000"
  queue.timeoutEnqueue="600000" queue.saveOnShutdown="on")`;

/** Starts the receiver on a port, or any free one; resolves with its port. */
async function receive(port: number): Promise<number> {
  const args = [program, String(port), join(directory, 'kept')];
  receiver = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [address] = (await once(receiver.stdout!.setEncoding('utf8'), 'data')) as [string];
  return Number(/:(\d+)\n$/.exec(address)?.[1]);
}

async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (receiver === undefined || receiver.exitCode !== null || receiver.signalCode !== null) return;
  receiver.kill(signal);
  await once(receiver, 'exit');
}

/** How often each number came. */
function numbers(): Map<number, number> {
  const found = new Map<number, number>();
  for (const [, number] of readFileSync(join(directory, 'kept'), 'utf8').matchAll(
    / line (\d+) of the test\n/g,
  ))
    found.set(Number(number), (found.get(Number(number)) ?? 0) + 1);
  return found;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-relp-'));
  await writeFile(join(directory, 'kept'), '');
});
afterEach(async () => {
  await rsyslog?.stop();
  await end('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

describe.runIf(has('rsyslog'))('relp, with rsyslog as the sender', () => {
  test.each([
    // Each kill leaves what was not acknowledged, which rsyslog sends up to twice: by its window, and by its batch.
    ['killed twice', ['SIGKILL', 'SIGKILL'], 1_000],
    ['restarted, and none comes twice,', ['SIGTERM', 'SIGTERM'], 0],
  ] as const)('no line is lost when the input is %s', { timeout: 120_000 }, async (_, signals, mostTwice) => {
    const count = 5_000;
    const port = await receive(0);
    rsyslog = await startRsyslog({ modules: ['omrelp'], actions: action(port) });
    await rsyslog.write(Array.from({ length: count }, (_, i) => `line ${i} of the test`));
    const state = () => {
      const kept = numbers();
      const missing = Array.from({ length: count }, (_, i) => i).filter((i) => !kept.has(i));
      return `${kept.size} lines, without ${missing.slice(0, 20)}\n${rsyslog?.log()}`;
    };
    for (const [i, signal] of signals.entries()) {
      await waitFor(() => numbers().size >= count * 0.3 * (i + 1), 20_000, state);
      await end(signal);
      expect(numbers().size).toBeLessThan(count);
      await receive(port);
    }
    await waitFor(() => numbers().size === count, 60_000, state);
    const twice = [...numbers().values()].filter((times) => times > 1).length;
    process.stdout.write(
      `RELP ${signals.join(', ')}: ${count} sent, ${numbers().size} kept, ${twice} of them twice\n`,
    );
    expect(twice).toBeLessThanOrEqual(mostTwice);
  });

  test('over TLS with a client certificate', { timeout: 20_000 }, async () => {
    createCertificates(directory);
    const at = (name: string) => join(directory, name);
    const sink = await createSink();
    const tls = {
      certificate: at('server.crt'),
      key: at('server.key'),
      client_ca: at('ca.crt'),
      allow_subjects: ['edge-7'],
    };
    const input = relp.create(relp.config.parse({ port: 0, tls }), sink.context);
    await input.start();
    const port = Number(/^relps:.*:(\d+)$/.exec(input.listeners()[0]!.address)?.[1]);
    const files = `tls.caCert="${at('ca.crt')}" tls.myCert="${at('client.crt')}" tls.myPrivKey="${at('client.key')}"`;
    rsyslog = await startRsyslog({
      modules: ['omrelp'],
      actions: action(port, `tls="on" tls.authMode="name" tls.permittedPeer=["localhost"] ${files}`),
    });
    await rsyslog.write(Array.from({ length: 500 }, (_, i) => `line ${i} of the test`));
    await sink.until(500, 10_000).catch((error) => {
      throw new Error(`${error.message}: ${input.listeners()[0]?.detail}\n${rsyslog?.log()}`);
    });
    expect(new Set(sink.texts().map((text) => / line (\d+) /.exec(text)?.[1])).size).toBe(500);
    expect(sink.taken[0]?.record.hints).toMatchObject({ peer: '127.0.0.1', subject: 'O=Test, CN=edge-7' });
    await rsyslog.kill('SIGTERM');
    await input.stop();
    await sink.remove();
  });
});
