import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from '../free_ports.ts';
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
  /** May do everything. */
  readonly username: string;
  readonly password: string;
  /** Who may do what access rules say, and by themselves nothing; PLAIN only, with the same password. */
  readonly restricted: string;
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
const execute = promisify(execFile);
/** The classes of a started broker, loaded and verified: reading them spares each start half of its CPU. */
const classes = join(jarFolder('kafka'), 'classes.jsa');
const user = { username: 'tidewatch', password: 'kafka-test' };
const restricted = 'restricted';
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
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', properties];
  await execute('java', [...java(), ...format, ...(security ? scram : [])]);
  const log = join(directory, 'broker.log');

  async function run(): Promise<ChildProcess> {
    const output = openSync(log, 'a');
    const started = spawn('java', ['-Xmx512m', '-Xms256m', ...java(), 'kafka.Kafka', properties], {
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const until = Date.now() + readyWithinMs;
    while (!(await answers(plain))) {
      if (started.exitCode !== null || Date.now() > until)
        throw new Error(`Kafka did not start:\n${(await readFile(log, 'utf8')).slice(-4_000)}`);
      await setTimeout(100);
    }
    return started;
  }

  let child = await run();
  if (!existsSync(classes)) await archiveClasses(child);

  async function kill(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await once(child, 'exit');
  }

  return {
    broker: `127.0.0.1:${plain}`,
    security,
    kill,
    async restart() {
      child = await run();
    },
    async stop() {
      await kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Quick to start rather than quick for long. An archive of another Java's classes is passed by. */
const java = (): string[] => [
  ...['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
  existsSync(classes) ? `-XX:SharedArchiveFile=${classes}` : '-XX:+RecordDynamicDumpInfo',
  ...['-cp', join(jarFolder('kafka'), '*'), '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'],
];

/** Others may do the same at the same time. Where it can't be done, starts are slower. */
async function archiveClasses({ pid }: ChildProcess): Promise<void> {
  const file = `${classes}.${pid}`;
  await execute('jcmd', [String(pid), 'VM.cds', 'dynamic_dump', file]).then(
    () => rename(file, classes),
    () => rm(file, { force: true }),
  );
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
  'broker.session.timeout.ms': 3_000,
  // A heartbeat is given up after half of it.
  'broker.heartbeat.interval.ms': 1_000,
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
  const passwords = [username, restricted].map((name) => `user_${name}="${password}"`).join(' ');
  const scram = `org.apache.kafka.common.security.scram.ScramLoginModule ${login};`;
  const prefix = 'listener.name.sasl_plaintext';
  return {
    listeners: `${clients},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': clients,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    [`${prefix}.plain.sasl.jaas.config`]: `org.apache.kafka.common.security.plain.PlainLoginModule ${login} ${passwords};`,
    [`${prefix}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${prefix}.scram-sha-512.sasl.jaas.config`]: scram,
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': join(directory, 'broker.p12'),
    'ssl.keystore.password': password,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(directory, 'ca.pem'),
    'ssl.client.auth': 'required',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:ANONYMOUS;User:${username};User:CN=tidewatch`,
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
  return { sasl: `127.0.0.1:${sasl}`, tls: `127.0.0.1:${tls}`, ...user, restricted, ...files, servername };
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
