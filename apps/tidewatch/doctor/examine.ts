import { existsSync } from 'node:fs';
import { access, constants, mkdir, open, rm, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { DiskReport, EnrichmentReport } from '@tidewatch/api/schemas';
import { isTidewatchError } from '@tidewatch/event';
import { sourceWords } from '../commands/enrichment.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { askServer } from '../server/ask.ts';
import { readRunFile } from '../server/run_file.ts';

export interface Finding {
  readonly state: 'ok' | 'note' | 'fault';
  readonly topic: string;
  readonly says: string;
}

const GiB = 1024 ** 3;
const ok = (topic: string, says: string): Finding => ({ state: 'ok', topic, says });
const note = (topic: string, says: string): Finding => ({ state: 'note', topic, says });
const fault = (topic: string, says: string): Finding => ({ state: 'fault', topic, says });

/** Looks at everything that commonly keeps Tidewatch from starting or working well; never changes anything. */
export async function examine(options: { config?: string; data?: string }, root: string): Promise<Finding[]> {
  const findings = [node(), memory(), clock()];
  let config: Config;
  try {
    config = await loadConfig(options, root);
    findings.push(ok('configuration', options.config ?? 'in order'));
  } catch (error) {
    if (!isTidewatchError(error)) throw error;
    return [...findings, fault('configuration', error.message)];
  }
  const running = await readRunFile(config.data);
  findings.push(...(await disk(config)));
  if (running === undefined) findings.push(...(await Promise.all(portsOf(config).map(port))));
  else
    findings.push(
      ok('server', `runs as process ${running.pid} at ${running.url}`),
      ...(await budgets(config)),
      ...(await enrichment(config)),
    );
  findings.push(
    existsSync(join(root, 'dist/console/alerts.html'))
      ? ok('console', 'built')
      : note('console', 'not built yet; `npm start` builds it, `npm run build` does only that'),
  );
  const { geoip, threat_intel: feeds, tables } = config.enrichment;
  const sources = [geoip.country, geoip.city, geoip.asn, ...[...feeds, ...tables].map(({ path }) => path)];
  const paths = [...config.rules.paths, config.usecases, config.classes, ...sources];
  for (const path of paths.filter((one) => one !== undefined))
    if (!existsSync(path))
      findings.push(fault('files', `${path} is not there; mend its path in the configuration`));
  return [...findings, ...(await rules(config, root))];
}

/** Exceptions are rules files, too, in a folder that is made by the first start. */
async function rules(config: Config, root: string): Promise<Finding[]> {
  const [{ loadRuleSet }, { configuredRules }] = await Promise.all([
    import('@tidewatch/detector'),
    import('../server/rules/rule_sources.ts'),
  ]);
  const sources = configuredRules(config, root);
  const { infos, notices } = await loadRuleSet({ ...sources, paths: sources.paths.filter(existsSync) });
  const count = (state: string) => infos.filter((info) => info.state === state).length;
  const says = `${count('loaded')} load, ${count('skipped')} are left out`;
  return [
    count('rejected') === 0
      ? ok('rules', says)
      : note('rules', `${says}, ${count('rejected')} are rejected; \`tidewatch sigma check\` says why`),
    ...notices.map(({ level, text }) => (level === 'warn' ? note : ok)('rules', text)),
  ];
}

function node(): Finding {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 22)
    return note(
      'node',
      `${process.versions.node} works, but gets no security fixes any more: install the current LTS, 24`,
    );
  return ok('node', process.versions.node);
}

function memory(): Finding {
  const free = `${(freemem() / GiB).toFixed(1)} of ${(totalmem() / GiB).toFixed(1)} GiB free`;
  return freemem() < GiB
    ? note('memory', `${free}; the whole of Tidewatch wants about 1 GiB`)
    : ok('memory', free);
}

/** A wrong clock breaks windows and retention; a year before the build is surely wrong. */
function clock(): Finding {
  const now = new Date();
  return now.getUTCFullYear() < 2026
    ? fault('clock', `it says ${now.toISOString()}, which is past; set it (timedatectl set-ntp true)`)
    : ok('clock', now.toISOString());
}

async function disk({ data, stream }: Config): Promise<Finding[]> {
  let there = data;
  while (!existsSync(there)) there = dirname(there);
  try {
    await access(there, constants.W_OK);
    const probe = join(there, `.tidewatch-doctor-${process.pid}`);
    await mkdir(probe);
    const file = await open(join(probe, 'sync'), 'w');
    const started = performance.now();
    for (let i = 0; i < 10; i++) {
      await file.write('x');
      await file.datasync();
    }
    const sync = (performance.now() - started) / 10;
    await file.close();
    await rm(probe, { recursive: true });
    const { bavail, bsize } = await statfs(there);
    const free = (bavail * bsize) / GiB;
    const says = `${there}: ${free.toFixed(1)} GiB free, a durable write takes ${sync.toFixed(1)} ms`;
    return [
      free < 5
        ? note(
            'disk',
            `${says}; the log alone may fill ${(stream.budget / GiB).toFixed(1)} GiB (stream.budget), and senders wait when little is left`,
          )
        : ok('disk', says),
    ];
  } catch (error) {
    return [
      fault(
        'disk',
        `${there} cannot be written (${(error as Error).message}); give another folder with --data`,
      ),
    ];
  }
}

/** As the running server says it; it alone knows what the log may free, and how the stores grew. */
async function budgets({ data }: Config): Promise<Finding[]> {
  try {
    const { stores } = await (await askServer(data))<DiskReport>('GET', '/disk');
    return stores.map(({ standing, says, advice }) =>
      standing === 'below'
        ? ok('budget', says)
        : (standing === 'low' ? note : fault)('budget', `${says} ${advice ?? ''}`.trim()),
    );
  } catch (error) {
    // A process without the API knows it, too, but has nobody to tell it: the metrics do.
    if (isTidewatchError(error)) return [note('budget', `the server did not say: ${error.message}`)];
    throw error;
  }
}

/** As the running server says it. */
async function enrichment({ data }: Config): Promise<Finding[]> {
  try {
    const { sources } = await (await askServer(data))<EnrichmentReport>('GET', '/enrichment');
    return sources.map((source) =>
      source.fault === null
        ? ok('enrichment', sourceWords(source))
        : fault('enrichment', `${sourceWords(source)}; ${source.fault.reason}`),
    );
  } catch (error) {
    if (isTidewatchError(error)) return [note('enrichment', `the server did not say: ${error.message}`)];
    throw error;
  }
}

const portsOf = (config: Config): { port: number; host: string; what: string }[] => [
  { port: config.http.port, host: config.http.host, what: 'console' },
  ...config.inputs.flatMap((input) => {
    const { port, host = '127.0.0.1' } = input as { port?: number; host?: string };
    return port === undefined ? [] : [{ port, host, what: `input ${input.type}` }];
  }),
];

function port({ port, host, what }: { port: number; host: string; what: string }): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === 'EADDRINUSE'
          ? fault('port', `${port} (${what}) is taken; stop what uses it, or choose others with --port N`)
          : fault('port', `${port} (${what}): ${error.message}`),
      ),
    );
    server.listen(port, host, () => server.close(() => resolve(ok('port', `${port} (${what}) is free`))));
  });
}
