import { hash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadRules } from './load.ts';
import { openRuleCache } from './rule_cache.ts';
import { parseYaml } from './yaml.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-rule-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));

let number = 0;
const newFile = (): string => join(folder, `${++number}/rules.cache`);

async function filled(file: string, ...sources: string[]): Promise<string> {
  const cache = await openRuleCache(file);
  for (const source of sources) cache.parse(source);
  expect(await cache.save()).toBe(true);
  return readFileSync(file, 'utf8');
}

const source = 'title: a\nlevel: 0x10\nlist: [1, 007, null, true, "é \\n \\u2028"]\n---\n__proto__: {x: 1}\n';

describe('the rule cache', () => {
  it('gives what parsing gives, before and after it is saved', async () => {
    const file = newFile();
    const before = await openRuleCache(file);
    expect(before.parse(source)).toEqual(parseYaml(source));
    expect(before.parse(source)).toEqual(parseYaml(source));
    await before.save();
    const after = await openRuleCache(file);
    expect(after.parse(source)).toEqual(parseYaml(source));
  });

  it('takes the documents from the file, and another text from no file', async () => {
    const file = newFile();
    const text = await filled(file, 'title: one\n');
    // A file that lies shows where the answer comes from.
    const body = text.slice(text.indexOf('\n') + 1).replace('"one"', '"three"');
    writeFileSync(file, `tidewatch-rules-1 ${hash('sha256', body, 'base64')}\n${body}`);
    const cache = await openRuleCache(file);
    expect(cache.parse('title: one\n')).toEqual({ ok: true, documents: [{ title: 'three' }] });
    expect(cache.parse('title: two\n')).toEqual({ ok: true, documents: [{ title: 'two' }] });
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -5)],
    ['changed', (text: string) => text.replace('"one"', '"two"')],
    ['of another format', (text: string) => text.replace('rules-1', 'rules-0')],
    ['empty', () => ''],
    ['something else', () => '\0\0\0\n\n'],
  ])('ignores a file that is %s, and writes it anew', async (_, damage) => {
    const file = newFile();
    const good = await filled(file, 'title: one\n');
    writeFileSync(file, damage(good));
    const cache = await openRuleCache(file);
    expect(cache.parse('title: one\n')).toEqual({ ok: true, documents: [{ title: 'one' }] });
    await cache.save();
    expect(readFileSync(file, 'utf8')).toBe(good);
  });

  it('keeps only what was asked for, and leaves nothing else behind', async () => {
    const file = newFile();
    await filled(file, 'title: one\n', 'title: two\n');
    const text = await filled(file, 'title: two\n');
    expect(text).not.toContain('one');
    expect(readdirSync(join(file, '..'))).toEqual(['rules.cache']);
  });

  it.each([
    ['an alias', 'a: &x {b: 1}\nc: *x\n'],
    ['an alias of itself', 'a: &x [*x]\n'],
    ['what is not YAML', 'a: [\n'],
  ])('does not keep %s', async (_, text) => {
    const cache = await openRuleCache(newFile());
    expect(cache.parse(text)).toEqual(parseYaml(text));
    expect(cache.parse(text)).toEqual(parseYaml(text));
    const kept = await filled(newFile(), text, 'title: one\n');
    expect(kept.trimEnd().split('\n')).toEqual([expect.any(String), expect.stringContaining('one')]);
  });

  it('says when it cannot be written, and parses nevertheless', async () => {
    writeFileSync(join(folder, 'plain'), '');
    const cache = await openRuleCache(join(folder, 'plain/rules.cache'));
    expect(cache.parse('title: one\n').ok).toBe(true);
    expect(await cache.save()).toBe(false);
  });

  it('loads the same rules, warm and after one was changed', async () => {
    const cache = newFile();
    const rules = mkdtempSync(join(folder, 'rules-'));
    const rule = (title: string) =>
      `title: ${title}\nid: ${title}\nlogsource: {product: windows}\ndetection: {s: {Image|endswith: '\\\\${title}.exe'}, condition: s}\n`;
    writeFileSync(join(rules, 'a.yml'), rule('a'));
    writeFileSync(join(rules, 'b.yml'), rule('b'));
    const cold = await loadRules({ paths: [rules], cache });
    expect(await loadRules({ paths: [rules], cache })).toEqual(cold);
    writeFileSync(join(rules, 'b.yml'), rule('c'));
    const changed = await loadRules({ paths: [rules], cache });
    expect(changed.rules.map(({ title }) => title)).toEqual(['a', 'c']);
    expect(changed).toEqual(await loadRules({ paths: [rules] }));
  });
});
