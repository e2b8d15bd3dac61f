import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { has } from '../../test/require.ts';
import { type RunningRsyslog, startRsyslog } from '../../test/services/rsyslog.ts';
import { createSink, type Sink } from './sink.suite.ts';
import { syslog } from './syslog.ts';
import { createCertificates } from './tls.suite.ts';

let directory: string;
let sink: Sink;
let rsyslog: RunningRsyslog | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-syslog-'));
  createCertificates(directory);
  sink = await createSink();
});
afterEach(async () => {
  await rsyslog?.stop();
  await sink.remove();
  await rm(directory, { recursive: true, force: true });
});

describe.runIf(has('rsyslog'))('syslog over TLS, with rsyslog as the sender', () => {
  test.each([
    ['octet-counted', 'RSYSLOG_SyslogProtocol23Format'],
    ['traditional', 'RSYSLOG_ForwardFormat'],
  ])('takes its lines with %s framing', async (framing, template) => {
    const at = (name: string) => join(directory, name);
    const tls = {
      certificate: at('server.crt'),
      key: at('server.key'),
      client_ca: at('ca.crt'),
      allow_subjects: ['edge-7'],
    };
    const input = syslog.create(syslog.config.parse({ protocols: ['tls'], tls_port: 0, tls }), sink.context);
    await input.start();
    const port = Number(/:(\d+)$/.exec(input.listeners()[0]!.address)?.[1]);
    rsyslog = await startRsyslog({
      global: {
        defaultNetstreamDriver: 'ossl',
        defaultNetstreamDriverCAFile: at('ca.crt'),
        defaultNetstreamDriverCertFile: at('client.crt'),
        defaultNetstreamDriverKeyFile: at('client.key'),
      },
      actions: `action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp" tcp_framing="${framing}"
        template="${template}" streamDriver="ossl" streamDriverMode="1" streamDriverAuthMode="x509/name"
        streamDriverPermittedPeers="localhost")`,
    });
    const lines = Array.from(
      { length: 1_000 },
      (_, i) => `line ${i} of the test, größer als ${'x'.repeat(i % 300)}`,
    );
    await rsyslog.write(lines);
    await sink.until(lines.length, 10_000).catch((error) => {
      throw new Error(`${error.message}: ${input.listeners()[0]?.detail}\n${rsyslog?.log()}`);
    });
    expect(sink.texts().map((text) => text.slice(text.indexOf('line ')))).toEqual(lines);
    expect(sink.taken[0]!.record.hints.subject).toBe('O=Test, CN=edge-7');
    await rsyslog.kill('SIGTERM');
    await input.stop();
  });
});
