import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, type Said } from '../commands/command.fixture.ts';
import { parseCommand } from '../commands/parse.ts';
import { parsersCommand } from '../commands/parsers.ts';
import { testCommand } from '../commands/test.ts';

/** A block of the guide: its kind, the file that it is, and its text. */
interface Block {
  readonly kind: string;
  readonly file: string;
  readonly text: string;
}

const guide = readFileSync(join(import.meta.dirname, '../../../docs/parsers.md'), 'utf8');
const blocks: Block[] = [...guide.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)].map(
  ([, kind = '', file = '', text = '']) => ({ kind, file, text }),
);
const commands = { parse: parseCommand, parsers: parsersCommand, test: testCommand };

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'tidewatch-guide-'));
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

async function run(command: string): Promise<Said> {
  const [npx, tidewatch, name = '', ...args] = command.trim().split(' ');
  expect([npx, tidewatch]).toEqual(['npx', 'tidewatch']);
  return runCommand(commands[name as keyof typeof commands], ...args);
}

describe('the guide to parsers', () => {
  it('has ten lines, commands and what they say', () => {
    const parser = blocks
      .find(({ kind }) => kind === 'yaml')
      ?.text.trim()
      .split('\n');
    expect(parser).toHaveLength(10);
    expect(blocks.filter(({ kind }) => kind === 'sh')).toHaveLength(4);
    expect(blocks.filter(({ kind }) => kind === 'output')).toHaveLength(4);
  });

  it('says what happens', async () => {
    let said: Said | undefined;
    for (const { kind, file, text } of blocks) {
      if (file !== '') {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
      } else if (kind === 'sh') said = await run(text);
      else {
        const lines = said?.stdout.split('\n') ?? [];
        let at = -1;
        for (const line of text.trimEnd().split('\n')) {
          at = lines.findIndex((printed, i) => i > at && printed.startsWith(line));
          expect(
            at,
            `“${line}” is not in what was said after the line before:\n${said?.stdout}`,
          ).toBeGreaterThanOrEqual(0);
        }
      }
    }
  });

  it('ends with a parser that is right, and reads every line', async () => {
    expect(await run('npx tidewatch parsers check parsers')).toMatchObject({ status: 0 });
    expect(await run('npx tidewatch parsers check nowhere')).toMatchObject({ status: 2 });
    const suggested = await run('npx tidewatch parsers suggest doors.log --parsers parsers --json');
    expect(JSON.parse(suggested.stdout)).toMatchObject({ records: 5, understood: 5, shapes: [] });
  });
});
