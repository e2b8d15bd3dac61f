import { Buffer } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Random } from '@tidewatch/forest';
import { createSigmaEngine, type SigmaRule } from '@tidewatch/sigma';
import { type Demand, demandsOf } from './demands.ts';
import { type EditKind, edits } from './edits.ts';
import { longWord } from './tokens.ts';
import { type LineType, programOf } from './types.ts';

/** A line that a rule would have caught, had it not been edited. */
export interface Positive {
  readonly line: string;
  /** What the rule catches. */
  readonly before: string;
  /** Id of that rule. */
  readonly rule: string;
  readonly edits: readonly EditKind[];
}

export interface PositiveOptions {
  /** Lines a rule, at most. */
  readonly perRule: number;
  readonly random: Random;
  readonly kinds?: readonly EditKind[];
  readonly onProgress?: (done: number, of: number) => void;
}

/** An edited line that a rule still catches is edited again, so often. */
const attempts = 6;
const sliceMs = 10;

const pick = <T>(of: readonly T[], random: Random): T => of[Math.floor(random.next() * of.length)] as T;

/**
 * Makes lines of the values that rules ask for, and edits them. That the rule catches the line as it was, and that no rule catches what became
 * of it, is what the engine says, not the edit.
 */
export async function makePositives(
  rules: readonly SigmaRule[],
  type: LineType,
  { perRule, random, kinds = type.kinds, onProgress }: PositiveOptions,
): Promise<Positive[]> {
  const engine = createSigmaEngine(rules);
  const catches = (line: string, program: string, original?: string) =>
    engine.evaluate(type.event(line, program, original));
  const positives: Positive[] = [];
  const seen = new Set<string>();
  let turn = performance.now();
  for (const [number, rule] of rules.entries()) {
    const demands = demandsOf(rule, type).filter((demand) => demand.every(({ where }) => where !== 'unseen'));
    if (demands.length === 0) continue;
    for (let made = 0, tries = 0; made < perRule && tries < 2 * perRule; tries++) {
      const kind = pick(kinds, random);
      const { line: before, program } = compose(pick(demands, random), type, random);
      if (!catches(before, program).some((hit) => hit.rule.id === rule.id)) continue;
      for (let attempt = 0; attempt < attempts; attempt++) {
        const edited = edit(before, kind, kinds, random);
        if (edited === null || seen.has(edited.line)) continue;
        const renamed = edited.edits.includes('renaming');
        const original = program.slice(program.lastIndexOf('\\') + 1);
        if (catches(edited.line, renamed ? programOf(edited.line) : program, original).length > 0) continue;
        seen.add(edited.line);
        positives.push({ ...edited, before, rule: rule.id });
        made++;
        break;
      }
      if (performance.now() - turn > sliceMs) {
        onProgress?.(number, rules.length);
        await nextTurn();
        turn = performance.now();
      }
    }
  }
  return positives;
}

function edit(
  before: string,
  first: EditKind,
  kinds: readonly EditKind[],
  random: Random,
): Pick<Positive, 'line' | 'edits'> | null {
  const wanted = random.next() < 0.7 ? 1 : 2;
  let line = before;
  const applied: EditKind[] = [];
  while (applied.length < wanted) {
    const kind = applied.length === 0 ? first : pick(kinds, random);
    const next = edits[kind](line, random);
    if (next === null) return null;
    line = next;
    applied.push(kind);
  }
  return { line, edits: applied };
}

/** What a long word may hold where a rule asks for one. */
const scripts = ['Get-Process | Sort-Object CPU -Descending', 'Write-Output $env:COMPUTERNAME; Get-Date'];

/** A line in which everything stands that is asked for, and the program's path. */
function compose(
  demand: Demand,
  { frame }: LineType,
  random: Random,
): { readonly line: string; readonly program: string } {
  const parts: string[] = [];
  let program = '';
  for (const { where, values } of demand) {
    if (values.length === 0) continue;
    const { text, words } = pick(values, random);
    const said = words[0]?.text === longWord ? recodedText(pick(scripts, random)) : text.replaceAll('*', ' ');
    if (where === 'line') parts.push(said);
    else if (program === '') program = said.trim();
  }
  const named = program.replace(/^\\/, '');
  const path = /^[a-z]:/i.test(named) ? named : `${pick(folders, random)}${named}`;
  const first =
    program === '' ? pick(frame.heads, random) : random.next() < 0.3 ? path.replace(/\.exe$/i, '') : path;
  const line = [
    first,
    ...parts.flatMap((part) => (random.next() < 0.2 ? [part, pick(frame.tails, random)] : [part])),
  ];
  if (random.next() < 0.5) line.push(pick(frame.tails, random));
  return {
    line: line.join(frame.joint).trimStart(),
    program: path.includes('\\') ? path : `C:\\Windows\\System32\\${path}`,
  };
}

const recodedText = (script: string): string => Buffer.from(script, 'utf16le').toString('base64');
const folders = ['', '', 'C:\\Windows\\System32\\', 'C:\\Program Files\\Contoso\\'];
