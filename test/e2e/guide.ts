import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** A block of a guide: a file by its name, or a script. */
export interface GuideBlock {
  readonly language: string;
  /** Behind the language; `setup` is what the machine has already. */
  readonly name: string;
  readonly text: string;
}

export function blocksOf(markdown: string): readonly GuideBlock[] {
  return [...markdown.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(([, language, name, text]) => ({
    language: language ?? '',
    name: name ?? '',
    text: text ?? '',
  }));
}

/**
 * Does what a guide says, in a folder: writes its files and runs its scripts.
 *
 * @param prelude what scripts are given beforehand
 * @returns what each script printed
 */
export async function follow(file: string, folder: string, prelude: string): Promise<readonly string[]> {
  const printed: string[] = [];
  for (const { language, name, text } of blocksOf(await readFile(file, 'utf8'))) {
    if (name === 'setup') continue;
    if (language !== 'sh') {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
      continue;
    }
    const script = `set -euo pipefail\n${prelude}\n${text}`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder }).catch(
      ({ stdout, stderr }: { stdout: string; stderr: string }) => {
        throw new Error(`${text}\n${stdout}${stderr}`);
      },
    );
    printed.push(stdout);
  }
  return printed;
}
