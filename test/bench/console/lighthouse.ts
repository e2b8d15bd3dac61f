import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import type { RunningServer } from '../../e2e/server.ts';
import { moduleProgram } from '../../services/install.mjs';

/** Lighthouse's scores of a page as on a desktop, 0 to 1, for who is logged in in `context`. */
export async function lighthouseScores(
  { url, data }: RunningServer,
  context: BrowserContext,
  path: string,
): Promise<{ performance: number; accessibility: number }> {
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const [headers, report] = [join(data, 'lighthouse.headers.json'), join(data, 'lighthouse.json')];
  await writeFile(headers, JSON.stringify({ Cookie: cookie }), { mode: 0o600 });
  await promisify(execFile)(
    process.execPath,
    [
      moduleProgram('lighthouse'),
      `${url}${path}`,
      '--preset=desktop',
      '--only-categories=performance,accessibility',
      '--chrome-flags=--headless=new --no-sandbox --disable-gpu',
      `--extra-headers=${headers}`,
      '--output=json',
      `--output-path=${report}`,
      '--quiet',
    ],
    { env: { ...process.env, CHROME_PATH: '/usr/bin/chromium' }, timeout: 300_000 },
  );
  const { finalDisplayedUrl, categories } = JSON.parse(await readFile(report, 'utf8'));
  if (!finalDisplayedUrl.startsWith(`${url}${path}`)) throw new Error(`It saw ${finalDisplayedUrl}.`);
  return { performance: categories.performance.score, accessibility: categories.accessibility.score };
}
