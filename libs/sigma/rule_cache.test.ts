import { hash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadRules } from './load.ts';
import { parseRuleFile } from './parse.ts';
import { openRuleCache } from './rule_cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-rule-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));

let number = 0;
const newFile = (): string => join(folder, `${++number}/rules.cache`);
const openCache = (file: string, given: unknown = null) => openRuleCache(file, new Map(), given);

async function filled(file: string, ...sources: string[]): Promise<string> {
  const cache = await openCache(file);
  for (const source of sources) cache.parse(source, 'a.yml');
  expect(await cache.save()).toBe(true);
  return readFileSync(file, 'utf8');
}

const ruleOf = (title: string, more = ''): string =>
  `title: ${title}\nid: ${title}\nlogsource: {product: windows}\ndetection: {s: {Image|endswith: ['\\${title}.exe', 7]}, t: {x|re: é, y: null}, condition: s or t}\n${more}`;
const one = ruleOf('one');
const two = ruleOf('two');

describe('the rule cache', () => {
  it('gives what parsing gives, before and after it is saved, under the name that a file has now', async () => {
    const file = newFile();
    const before = await openCache(file);
    const source = `${one}---\n${two}`;
    expect(before.parse(source, 'a.yml')).toEqual(parseRuleFile(source, 'a.yml'));
    expect(before.parse(source, 'a.yml')).toEqual(parseRuleFile(source, 'a.yml'));
    await before.save();
    const after = await openCache(file);
    expect(after.parse(source, 'b.yml')).toEqual(parseRuleFile(source, 'b.yml'));
  });

  it('takes the rules from the file, and another text from no file', async () => {
    const file = newFile();
    const text = await filled(file, one);
    // A file that lies shows where the answer comes from.
    const [heading = ''] = text.split('\n');
    const body = text.slice(heading.length + 1).replace('"one"', '"three"');
    const format = heading.slice(0, heading.lastIndexOf(' '));
    writeFileSync(file, `${format} ${hash('sha256', body, 'hex')}\n${body}`);
    const titles = async (given?: unknown) => {
      const cache = await openCache(file, given);
      return [one, two].flatMap((text) => cache.parse(text, 'a.yml').rules.map(({ id }) => id));
    };
    expect(await titles()).toEqual(['three', 'two']);
    expect(await titles({ other: ['placeholders'] })).toEqual(['one', 'two']);
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -5)],
    ['changed', (text: string) => text.replace('"one"', '"two"')],
    ['of another format', (text: string) => text.replace('rules-3', 'rules-1')],
    [
      'of another build',
      (text: string) => text.replace(/ (\S)/, (_, first) => (first === 'a' ? ' b' : ' a')),
    ],
    ['empty', () => ''],
    ['something else', () => '\0\0\0\n\n'],
  ])('ignores a file that is %s, and writes it anew', async (_, damage) => {
    const file = newFile();
    const good = await filled(file, one);
    expect(damage(good)).not.toBe(good);
    writeFileSync(file, damage(good));
    const cache = await openCache(file);
    expect(cache.parse(one, 'a.yml').rules.map(({ id }) => id)).toEqual(['one']);
    await cache.save();
    expect(readFileSync(file, 'utf8')).toBe(good);
  });

  it('parses anew what is no rule, although its digest is right', async () => {
    const file = newFile();
    const text = await filled(file, one);
    const end = text.indexOf('\n') + 1;
    for (const lie of ['[', '{}', '[null]', '']) {
      const body = `${hash('sha256', one, 'hex')} ${lie}\n`;
      const format = text.slice(0, text.lastIndexOf(' ', end));
      writeFileSync(file, `${format} ${hash('sha256', body, 'hex')}\n${body}`);
      const cache = await openCache(file);
      expect(cache.parse(one, 'a.yml')).toEqual(parseRuleFile(one, 'a.yml'));
    }
  });

  it('tells what a rule detects from its text, whatever the file says', async () => {
    const file = newFile();
    const text = ruleOf('x').replace('s: {', 's: &x {').replace('t: {x|re: é, y: null}', 't: *x');
    const kept = await filled(file, text);
    expect(kept.trimEnd().split('\n')).toHaveLength(2);
    expect(kept).not.toContain('"selections"');
    const [rule] = (await openCache(file)).parse(text, 'a.yml').rules;
    expect(rule?.detection.selections.get('t')).toEqual(
      parseRuleFile(text, 'a.yml').rules[0]?.detection.selections.get('t'),
    );
  });

  it('keeps only what was asked for, and leaves nothing else behind', async () => {
    const file = newFile();
    await filled(file, one, two);
    const text = await filled(file, two);
    expect(text).not.toContain('one');
    expect(readdirSync(join(file, '..'))).toEqual(['rules.cache']);
  });

  it.each([
    ['what is not YAML', 'a: [\n'],
    ['a rule with a fault', ruleOf('x').replace('s or t', 'nothing')],
    ['a good rule beside a bad one', `${ruleOf('x')}---\ntitle: y\n`],
    ['a filter', ruleOf('x').replace('detection: ', 'filter: ').replace('{s:', '{rules: any, s:')],
  ])('does not keep %s', async (_, text) => {
    const cache = await openCache(newFile());
    expect(cache.parse(text, 'a.yml')).toEqual(parseRuleFile(text, 'a.yml'));
    expect(cache.parse(text, 'a.yml')).toEqual(parseRuleFile(text, 'a.yml'));
    const kept = await filled(newFile(), text, one);
    expect(kept.trimEnd().split('\n')).toEqual([expect.any(String), expect.stringContaining('one')]);
  });

  it('says when it cannot be written, and parses nevertheless', async () => {
    writeFileSync(join(folder, 'plain'), '');
    const cache = await openCache(join(folder, 'plain/rules.cache'));
    expect(cache.parse(one, 'a.yml').rules).toHaveLength(1);
    expect(await cache.save()).toBe(false);
  });

  it('takes over what is unchanged from the load before, whatever became of the file', async () => {
    const cache = newFile();
    const rules = mkdtempSync(join(folder, 'rules-'));
    writeFileSync(join(rules, 'a.yml'), one);
    writeFileSync(join(rules, 'b.yml'), two);
    const first = await loadRules({ paths: [rules], cache });
    writeFileSync(join(rules, 'b.yml'), ruleOf('three'));
    writeFileSync(cache, '');
    const second = await loadRules({ paths: [rules], cache, before: first });
    expect(second.rules.map(({ id }) => id)).toEqual(['one', 'three']);
    expect(second.rules[0]).toBe(first.rules[0]);
    const other = await loadRules({ paths: [rules], cache, before: second, placeholders: { x: ['y'] } });
    expect(other.rules[0]).not.toBe(first.rules[0]);
    expect(readFileSync(cache, 'utf8')).toContain('"three"');
    // A few that changed are not worth writing all.
    writeFileSync(join(rules, 'b.yml'), ruleOf('four'));
    const third = await loadRules({ paths: [rules], cache, before: other, placeholders: { x: ['y'] } });
    expect(third.rules.map(({ id }) => id)).toEqual(['one', 'four']);
    expect(readFileSync(cache, 'utf8')).not.toContain('"four"');
    const more = Array.from({ length: 60 }, (_, i) => ruleOf(`more${i}`)).map(
      (text, i) => [`${i}.yml`, text] as const,
    );
    for (const [name, text] of more) writeFileSync(join(rules, name), text);
    await loadRules({ paths: [rules], cache, before: third, placeholders: { x: ['y'] } });
    expect(readFileSync(cache, 'utf8')).toContain('"four"');
  });

  it('loads the same rules, warm and after one was changed', async () => {
    const cache = newFile();
    const rules = mkdtempSync(join(folder, 'rules-'));
    const rule = (title: string) =>
      `title: ${title}\nid: ${title}\nlogsource: {product: windows}\ndetection: {s: {Image|endswith: '\\\\${title}.exe'}, condition: s}\n`;
    writeFileSync(join(rules, 'a.yml'), rule('a'));
    writeFileSync(join(rules, 'b.yml'), rule('b'));
    const said = async () => ({ ...(await loadRules({ paths: [rules], cache })), cache: undefined });
    const cold = await said();
    expect(await said()).toEqual(cold);
    writeFileSync(join(rules, 'b.yml'), rule('c'));
    const changed = await said();
    expect(changed.rules.map(({ title }) => title)).toEqual(['a', 'c']);
    expect(changed).toEqual(await loadRules({ paths: [rules] }));
  });
});
