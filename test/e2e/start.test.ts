import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../require.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const tidewatch = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['apps/tidewatch/bin/tidewatch.mjs', ...args],
    {
      cwd: root,
      encoding: 'utf8',
      timeout: 30_000,
    },
  );
  return { status, stdout, stderr };
};

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});
const folder = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-start-'));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
};
const start = async (...args: Parameters<typeof startServer>): Promise<RunningServer> => {
  const server = await startServer(...args);
  cleanups.push(() => server.dispose());
  return server;
};

describe('a start that cannot be says one clear sentence', () => {
  it('when the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    cleanups.push(() => taken.close());
    const { port } = taken.address() as { port: number };
    const { status, stderr } = tidewatch(
      'start',
      '--no-demo',
      '--data',
      await folder(),
      '--port',
      String(port),
    );
    expect(status).toBe(1);
    expect(lastLine(stderr)).toMatch(new RegExp(`Port ${port} .*taken.*--port`));
  });

  it('when the data folder is a file, or cannot be made', async () => {
    const file = join(await folder(), 'data');
    await writeFile(file, '');
    for (const directory of [file, join(file, 'below')]) {
      const { status, stderr } = tidewatch('start', '--no-demo', '--port', '0', '--data', directory);
      expect(status).toBe(1);
      expect(lastLine(stderr)).toMatch(/cannot be written .*--data DIR/);
    }
  });

  it('when the configuration has a fault', async () => {
    const file = join(await folder(), 'tidewatch.yml');
    await writeFile(file, 'http:\n  prot: 1\n');
    const { status, stderr } = tidewatch('start', '--config', file);
    expect(status).toBe(1);
    expect(stderr).toContain('line 2, column 3: http.prot: unknown key; did you mean "port"?');
  });

  it('when there is no such configuration, role or option', async () => {
    expect(tidewatch('start', '--config', '/nowhere.yml').stderr).toContain('there is no such file');
    expect(tidewatch('start', '--roles', 'ingest,detecter').stderr).toContain('There is no role "detecter"');
    expect(tidewatch('start', '--prot', '1')).toMatchObject({ status: 2 });
  });
});

describe('the command line', () => {
  it('has help everywhere', () => {
    for (const words of [
      [],
      ['start'],
      ['doctor'],
      ['sigma'],
      ['sigma', 'check'],
      ['sigma', 'eval'],
      ['send'],
      ['admin'],
      ['plugins'],
      ['config'],
    ]) {
      const { status, stdout } = tidewatch(...words, '--help');
      expect(status, words.join(' ')).toBe(0);
      expect(stdout, words.join(' ')).toContain('Usage:');
    }
  });

  it('checks rules, and tells a bad one by file, line and reason', async () => {
    expect(tidewatch('sigma', 'check', 'rules')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^[1-9]\d+ loaded, 0 rejected/),
    });
    const directory = await folder();
    await writeFile(
      join(directory, 'many.yml'),
      'title: Many\ncorrelation:\n  type: event_count\n  rules:\n    - nobody\n  timespan: 5m\n  condition: {gte: 3}\n',
    );
    await writeFile(
      join(directory, 'bad.yml'),
      'title: Bad\nlogsource: {product: windows}\ndetection:\n  a:\n    Image|endwith: x\n  condition: a\n',
    );
    const { status, stdout } = tidewatch('sigma', 'check', directory);
    expect(status).toBe(1);
    expect(stdout).toMatch(/bad\.yml:5: .*endwith/);
    expect(stdout).toMatch(/many\.yml:5: .*nobody/);
  });
});

describe('beside a running server', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.dispose());

  it('another start on its folder says who runs there', () => {
    const { status, stderr } = tidewatch('start', '--port', '0', '--data', server.data);
    expect(status).toBe(1);
    expect(stderr).toContain('already runs');
  });

  it('doctor finds its port, and nothing to fault', () => {
    const { status, stdout } = tidewatch('doctor', '--data', server.data, '--json');
    expect(status, stdout).toBe(0);
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ topic: 'server', state: 'ok' }));
  });

  it('admin makes login links', async () => {
    await server.api('/api/session');
    const link = JSON.parse(tidewatch('admin', 'login-link', '--data', server.data, '--json').stdout);
    expect(link.url).toContain('/login#token=');
    expect(tidewatch('admin', 'login-link', '--data', '/nowhere')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('No Tidewatch runs'),
    });
  });

  it('a file is sent, and is told what was not taken', async () => {
    const file = join(await folder(), 'events.ndjson');
    await writeFile(file, '{"message":"one"}\nplain text\n\n{"broken": \n{"message":"two"}\n');
    const { status, stdout } = tidewatch(
      'send',
      file,
      '--source',
      'handmade',
      '--data',
      server.data,
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({ accepted: 3, deadLetters: 1, failures: [{ line: 4 }] });
    expect(status).toBe(1);
    // Sent again, it is there once.
    tidewatch('send', file, '--source', 'handmade', '--data', server.data);
    await eventually(
      () => server.api<{ total: number }>('/api/events?q=tidewatch.source:handmade'),
      ({ total }) => total === 3,
    );
  });

  it('a file that is one JSON value is sent as its documents', async () => {
    const directory = await folder();
    await writeFile(join(directory, 'array.json'), '[{"message":"a"},\n{"message":"b"}]');
    await writeFile(join(directory, 'pretty.json'), '{\n  "message": "c"\n}\n');
    for (const [name, accepted] of [
      ['array.json', 2],
      ['pretty.json', 1],
    ] as const) {
      const { stdout } = tidewatch('send', join(directory, name), '--data', server.data, '--json');
      expect(JSON.parse(stdout)).toMatchObject({ accepted, deadLetters: 0 });
    }
    const { items } = await eventually(
      () => server.api<{ items: { message: string }[] }>('/api/events?q=message:(a or b or c)'),
      (page) => page.items.length === 3,
    );
    expect(items.map(({ message }) => message).sort()).toEqual(['a', 'b', 'c']);
  });

  it('admin reset ends every session', async () => {
    await server.api('/api/session');
    expect(tidewatch('admin', 'reset', '--data', server.data).status).toBe(0);
    await expect(server.api('/api/session')).rejects.toThrow('401');
  });
});

describe('a start', () => {
  it('is ready within seconds, and stops cleanly', async () => {
    const readyAfter = async (server: Awaited<ReturnType<typeof start>>) => {
      const output = await eventually(
        async () => server.output(),
        (text) => text.includes('ready'),
      );
      return Number(/ready after ([\d.]+) s/.exec(output)?.[1]);
    };
    let server = await start({ untried: true });
    let seconds = await readyAfter(server);
    // Other tests run beside this one, which takes about half as long again: the quickest of a few starts tells.
    for (let again = 0; seconds > 3 && again < 3; again++) {
      expect(await server.kill('SIGTERM')).toBe(0);
      server = await start({ untried: true });
      seconds = Math.min(seconds, await readyAfter(server));
    }
    expect(seconds).toBeLessThanOrEqual(3);
    for (const probe of ['live', 'ready'])
      expect((await fetch(`${server.url}/health/${probe}`)).status).toBe(200);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('tidewatch_detection_rules{engine="sigma",state="loaded"}');
    expect(await server.kill('SIGTERM')).toBe(0);
  });
});
