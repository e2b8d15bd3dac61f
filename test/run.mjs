// `npm test`: every runner in turn, and one closing line that sums them. `--long` adds what takes more than ten minutes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const long = process.argv.includes('--long');
const scratch = mkdtempSync(join(tmpdir(), 'tidewatch-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };
const bin = (name) => join('node_modules', '.bin', name);

/** A runner without counts of its own is one test: it passes or fails. What it says is shown when it has ended. */
async function check(title, command, args) {
  const started = Date.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  child.stdout.on('data', (part) => said.push(part));
  child.stderr.on('data', (part) => said.push(part));
  const [status] = await once(child, 'close');
  totals[status === 0 ? 'passed' : 'failed']++;
  process.stdout.write(
    `${Buffer.concat(said)}${status === 0 ? 'ok' : 'FAILED'}  ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  );
}

function vitest(title, args, env = {}) {
  const report = join(scratch, `${title}.json`);
  const { status } = spawnSync(
    bin('vitest'),
    ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { stdio: 'inherit', env: { ...process.env, ...env } },
  );
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    totals.passed += numPassedTests;
    totals.skipped += numPendingTests + numTodoTests;
    // A file that could not even be loaded fails the run without a failed test.
    totals.failed += status === 0 ? numFailedTests : Math.max(1, numFailedTests);
  } catch {
    totals.failed++;
  }
}

// Each has stretches in which it keeps one core busy alone.
await Promise.all([
  check('Biome', bin('biome'), ['check', '.']),
  check('TypeScript', bin('tsc'), ['--noEmit']),
  check('Generated files', process.execPath, ['--import', 'tsx', 'scripts/generate.ts', '--check']),
  check('Build', process.execPath, ['start.mjs', '--build-only']),
]);
vitest('unit', []);
vitest('e2e', ['--config', 'test/e2e/vitest.config.ts']);
if (long) {
  const fuzz = [
    'apps/tidewatch/sigma/convert_found',
    'libs/inputs/file_fuzz',
    'libs/inputs/http_fuzz',
    'libs/normalize/enrich/stage',
    'libs/normalize/fuzz',
    'libs/normalize/parsers/shipped',
    'libs/normalize/processors/hostile',
    'libs/normalize/pseudonyms/free_text',
    'libs/sigma/correlation/oracle',
  ];
  const many = { TIDEWATCH_FUZZ_TIMES: '10', TIDEWATCH_FUZZ_SEEDS: '1,2,3,4,5,6' };
  vitest('fuzz', [...fuzz, '--testTimeout=600000'], many);
  vitest('long', ['--config', 'test/long/vitest.config.ts']);
}

rmSync(scratch, { recursive: true });
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exit(totals.failed === 0 ? 0 : 1);
