// Brings a checkout to the point where it runs, without any dependency of its own: checks Node, installs when the lock
// file changed, builds what changed, and hands over to the bundle in this same process.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fingerprint } from './fingerprint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const floor = [20, 19];

/** What each build is made from; a change in any of it builds again. */
const inputs = {
  server: [
    'apps/api',
    'apps/detector',
    'apps/forecaster',
    'apps/ingest',
    'apps/scorer',
    'apps/tidewatch',
    'libs',
    'scripts/build_server.mjs',
    'package-lock.json',
  ],
  console: ['apps/console', 'apps/api/schemas', 'libs/event', 'libs/query', 'package-lock.json'],
};

/**
 * Runs a command of Tidewatch (`start`, `doctor`, `sigma check`, …), or `build` to build everything and stop.
 *
 * @param {readonly string[]} args
 * @param {{ install?: boolean }} options `install` brings node_modules in line with the lock file first; only for who has
 *   the checkout to themselves, since it takes the packages from under every process that runs from it
 */
export async function launch(args, { install = false } = {}) {
  try {
    requireNode();
    if (install && !installed())
      await timed('Installing dependencies', () => run('npm', ['ci', '--no-audit', '--no-fund'], root));
    await prepareAndRun(args);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

async function prepareAndRun(args) {
  await step('Building the server', 'server', dist, () =>
    run(process.execPath, ['scripts/build_server.mjs'], root),
  );
  if (args[0] === 'build') return step('Building the console', 'console', consoleOutput, buildConsole);
  const { main } = await import(pathToFileURL(join(dist, 'tidewatch.mjs')).href);
  // The server listens and detects while the console is still building.
  const build = args[0] === 'start' && !isHelp(args) ? startConsoleBuild() : undefined;
  await main(args, { root, consoleBuild: build });
  // A start that failed does not wait for the console's build.
  if (process.exitCode) process.exit();
}

const consoleOutput = join(dist, 'console');

/** Builds the console beside the running server; answers how to ask how far it is. */
function startConsoleBuild() {
  let progress = { state: 'building', detail: 'The console is being built; it takes about half a minute.' };
  step('Building the console', 'console', consoleOutput, buildConsole).then(
    () => {
      progress = { state: 'ready', detail: 'The console is built.' };
    },
    (error) => {
      progress = { state: 'failed', detail: `${error.message}. The terminal shows why.` };
      process.stderr.write(`${error.message}\nThe server runs on without its pages.\n`);
    },
  );
  return () => progress;
}

const isHelp = (args) => args.includes('--help') || args.includes('-h');

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > floor[0] || (major === floor[0] && minor >= floor[1])) return;
  throw new Error(
    `Tidewatch needs Node.js ${floor.join('.')} or newer; this is ${process.versions.node}. Install the current LTS from https://nodejs.org and start again.`,
  );
}

/** Whether node_modules holds what the lock file names; npm keeps its own list of what it installed. */
function installed() {
  const list = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(list)) return false;
  const packagesOf = (file) => Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages);
  const present = new Map(packagesOf(list).map(([path, { version }]) => [path, version]));
  return packagesOf(join(root, 'package-lock.json')).every(
    ([path, { version, optional, link, peer }]) =>
      !path.startsWith('node_modules/') || optional || link || peer || present.get(path) === version,
  );
}

/** Does `work` when its inputs changed since it last succeeded. */
async function step(title, name, output, work) {
  const stamp = join(output, '.fingerprint');
  const wanted = fingerprint(root, inputs[name]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await timed(title, work);
  mkdirSync(output, { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Does `work`, and says how long it took. */
async function timed(title, work) {
  const started = Date.now();
  process.stderr.write(`${title} …\n`);
  try {
    await work();
  } catch (error) {
    throw new Error(`${title} failed: ${error.message}`);
  }
  process.stderr.write(`${title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/** Next writes to its own folder first, so that the server never serves half a build. */
async function buildConsole() {
  const directory = join(root, 'apps/console');
  await run(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], directory, {
    NEXT_TELEMETRY_DISABLED: '1',
    NODE_ENV: 'production',
  });
  const target = join(dist, 'console');
  rmSync(`${target}.old`, { recursive: true, force: true });
  if (existsSync(target)) renameSync(target, `${target}.old`);
  renameSync(join(directory, 'out'), target);
  rmSync(`${target}.old`, { recursive: true, force: true });
}

/** Runs a program quietly; what it printed is shown only when it fails. */
function run(program, args, cwd, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = () => child.kill();
    process.once('exit', stop);
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('exit', stop);
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(output));
      reject(new Error(`${[program, ...args].join(' ')} ended with exit code ${code}`));
    });
  });
}
