import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { jarFolder } from './install.mjs';

export interface KafkaOptions {
  /** Also listens with SASL and with TLS, and makes the certificates. */
  readonly secure?: boolean;
  /** Further lines of `server.properties`. */
  readonly properties?: Readonly<Record<string, string | number>>;
}

export interface KafkaSecurity {
  /** `host:port`, SASL_PLAINTEXT with PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly sasl: string;
  readonly username: string;
  readonly password: string;
  /** `host:port`, TLS that asks for a client certificate. */
  readonly tls: string;
  /** PEM files: the authority, and the client's certificate and key. The broker is called `kafka.test` in its own. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly servername: string;
}

/** One real broker in a temporary folder, as its own controller (KRaft). */
export interface KafkaService {
  /** `host:port`, neither encrypted nor authenticated. */
  readonly broker: string;
  readonly security: KafkaSecurity | undefined;
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** The same data and ports again, after a kill. Resolves when it answers. */
  restart(): Promise<void>;
  /** Kills it and removes its data. */
  stop(): Promise<void>;
}

const readyWithinMs = 60_000;
const user = { username: 'tidewatch', password: 'kafka-test' };
const servername = 'kafka.test';

export async function startKafka(options: KafkaOptions = {}): Promise<KafkaService> {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-kafka-'));
  const [plain, controller, sasl, tls] = (await freePorts(4)) as [number, number, number, number];
  const security = options.secure ? await createSecurity(directory, sasl, tls) : undefined;
  const properties = join(directory, 'server.properties');
  const settings = {
    ...baseProperties(directory, plain, controller),
    ...(security === undefined ? {} : secureProperties(directory, plain, controller, sasl, tls)),
    ...options.properties,
  };
  await writeFile(
    properties,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${user.username},password=${user.password}]`,
  ]);
  const java = ['-cp', join(jarFolder('kafka'), '*'), '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  execFileSync(
    'java',
    [...java, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', properties, ...(security ? scram : [])],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const log = join(directory, 'broker.log');
  let child: ChildProcess;

  async function run(): Promise<void> {
    const output = openSync(log, 'a');
    const heap = ['-Xmx512m', '-Xms256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    child = spawn('java', [...heap, ...java, 'kafka.Kafka', properties], {
      stdio: ['ignore', output, output],
    });
    const until = Date.now() + readyWithinMs;
    while (!(await answers(plain))) {
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`Kafka did not start:\n${(await readFile(log, 'utf8')).slice(-4_000)}`);
      await setTimeout(100);
    }
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await once(child, 'exit');
  }

  await run();
  return {
    broker: `127.0.0.1:${plain}`,
    security,
    kill,
    restart: run,
    async stop() {
      await kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const baseProperties = (directory: string, plain: number, controller: number) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${controller}`,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map':
    'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL',
  listeners: `PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${plain}`,
  'log.dirs': join(directory, 'data'),
  'auto.create.topics.enable': false,
  'offsets.topic.num.partitions': 1,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 300,
  // A broker killed and started again is let in once the session of its former life has ended.
  'broker.session.timeout.ms': 2_000,
  'broker.heartbeat.interval.ms': 500,
});

function secureProperties(
  directory: string,
  plain: number,
  controller: number,
  sasl: number,
  tls: number,
): Record<string, string | number> {
  const clients = `PLAINTEXT://127.0.0.1:${plain},SASL_PLAINTEXT://127.0.0.1:${sasl},SSL://127.0.0.1:${tls}`;
  const { username, password } = user;
  const login = `required username="${username}" password="${password}"`;
  const scram = `org.apache.kafka.common.security.scram.ScramLoginModule ${login};`;
  const prefix = 'listener.name.sasl_plaintext';
  return {
    listeners: `${clients},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': clients,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    [`${prefix}.plain.sasl.jaas.config`]: `org.apache.kafka.common.security.plain.PlainLoginModule ${login} user_${username}="${password}";`,
    [`${prefix}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${prefix}.scram-sha-512.sasl.jaas.config`]: scram,
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': join(directory, 'broker.p12'),
    'ssl.keystore.password': password,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(directory, 'ca.pem'),
    'ssl.client.auth': 'required',
  };
}

/** An authority, a certificate for the broker and one for a client. */
async function createSecurity(directory: string, sasl: number, tls: number): Promise<KafkaSecurity> {
  const path = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    path('ca.key'),
    '-out',
    path('ca.pem'),
    '-subj',
    '/CN=ca',
    '-days',
    '2',
  );
  for (const [name, host] of [
    ['broker', servername],
    ['client', 'tidewatch'],
  ] as const) {
    const request = path(`${name}.csr`);
    const signer = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '2'];
    await writeFile(path('names'), `subjectAltName=DNS:${host}\n`);
    openssl('req', '-new', ...key, '-keyout', path(`${name}.key`), '-out', request, '-subj', `/CN=${host}`);
    openssl(
      'x509',
      '-req',
      '-in',
      request,
      ...signer,
      '-extfile',
      path('names'),
      '-out',
      path(`${name}.pem`),
    );
  }
  const broker = ['-in', path('broker.pem'), '-inkey', path('broker.key'), '-out', path('broker.p12')];
  openssl('pkcs12', '-export', ...broker, '-password', `pass:${user.password}`);
  const files = { ca: path('ca.pem'), cert: path('client.pem'), key: path('client.key') };
  return { sasl: `127.0.0.1:${sasl}`, tls: `127.0.0.1:${tls}`, ...user, ...files, servername };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The port opens only when the broker serves. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
