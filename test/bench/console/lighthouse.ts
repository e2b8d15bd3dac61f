import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import type { RunningServer } from '../../e2e/server.ts';
import { moduleProgram } from '../../services/install.mjs';

/** Lighthouse's scores of a page, 0 to 1. */
export interface Scores {
  readonly performance: number;
  readonly accessibility: number;
}

const attempts = 4;

/**
 * Lighthouse's scores of a page as on a desktop, for who is logged in in `context`; or why there are none. A browser's
 * trace sometimes lacks what they are made of (`NO_NAVSTART`), so that another browser is asked then.
 */
export async function lighthouseScores(
  server: RunningServer,
  context: BrowserContext,
  path: string,
): Promise<Scores | { readonly lacks: string }> {
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  let lacks = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    const report = await ask(server, cookie, path);
    if ('lacks' in report) {
      lacks = report.lacks;
      continue;
    }
    const { finalDisplayedUrl, categories, audits, runtimeError } = report;
    const [performance, accessibility] = [categories.performance?.score, categories.accessibility?.score];
    if (typeof performance === 'number' && typeof accessibility === 'number') {
      if (!finalDisplayedUrl.startsWith(`${server.url}${path}`))
        throw new Error(`It saw ${finalDisplayedUrl}.`);
      return { performance, accessibility };
    }
    const failed = Object.values(audits).find(({ errorMessage }) => errorMessage !== undefined);
    lacks = runtimeError?.code ?? failed?.errorMessage ?? 'a score is missing';
  }
  return { lacks };
}

interface Report {
  readonly finalDisplayedUrl: string;
  readonly categories: Readonly<Record<string, { readonly score: number | null }>>;
  readonly audits: Readonly<Record<string, { readonly errorMessage?: string }>>;
  readonly runtimeError?: { readonly code: string };
}

async function ask(
  { url, data }: RunningServer,
  cookie: string,
  path: string,
): Promise<Report | { readonly lacks: string }> {
  const [headers, output] = [join(data, 'lighthouse.headers.json'), join(data, 'lighthouse.json')];
  await writeFile(headers, JSON.stringify({ Cookie: cookie }), { mode: 0o600 });
  await rm(output, { force: true });
  const run = promisify(execFile)(
    process.execPath,
    [
      moduleProgram('lighthouse'),
      `${url}${path}`,
      '--preset=desktop',
      '--only-categories=performance,accessibility',
      '--chrome-flags=--headless=new --no-sandbox --disable-gpu',
      `--extra-headers=${headers}`,
      '--output=json',
      `--output-path=${output}`,
      '--quiet',
    ],
    { env: { ...process.env, CHROME_PATH: '/usr/bin/chromium' }, timeout: 300_000 },
  );
  // With an error of the page it writes its report, too, and exits with 1.
  const failed = await run.then(
    () => undefined,
    (error: Error & { readonly stderr: string }) => error,
  );
  if (existsSync(output)) return JSON.parse(await readFile(output, 'utf8'));
  return { lacks: failed?.stderr.trim().split('\n').at(-1) || failed?.message || 'no report' };
}
