/** The thread that reads a server's rules and says what they ask for. Started by `rule_coverage.ts`. */
import { parentPort } from 'node:worker_threads';
import { loadRules } from '@tidewatch/sigma';
import { coverageReport } from '../../sigma/coverage.ts';
import type { AskedCoverage } from './rule_coverage.ts';

async function answer({ rules, parsers }: AskedCoverage): Promise<object> {
  return { report: coverageReport(await loadRules(rules), parsers) };
}

parentPort?.on('message', ({ id, ...asked }: AskedCoverage & { readonly id: number }) => {
  answer(asked).then(
    (good) => parentPort?.postMessage({ id, ok: true, ...good }),
    (error: Error) => parentPort?.postMessage({ id, ok: false, message: error.message }),
  );
});
