import type { UseCase } from '@tidewatch/api/schemas';

/** How its approval stands, and what a dot looks like beside it. */
export function standingOf({ inForce, approvals, reviewBy }: UseCase, today: string) {
  if (inForce) return { look: 'good', word: 'in force' } as const;
  if (approvals.length === 0) return { look: 'warn', word: 'not approved' } as const;
  return today > reviewBy
    ? ({ look: 'bad', word: 'expired' } as const)
    : ({ look: 'warn', word: 'not in force' } as const);
}

/** A day as files of use-cases write it, in UTC. @param now epoch milliseconds */
export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** Days until a day is over, in UTC; negative once it is. */
export const daysLeft = (day: string, now: number): number =>
  Math.floor((Date.parse(day) + 86_400_000 - now) / 86_400_000);

/**
 * The file of a use-case with one more approval; undefined where its approvals stand on one line, and have to be
 * written by hand.
 *
 * @param source YAML
 */
export function withApproval(source: string, by: string, day: string): string | undefined {
  const entry = `- { role: privacy_officer, by: ${JSON.stringify(by)}, at: ${day} }`;
  const lines = source.split('\n');
  const at = lines.findIndex((line) => /^approvals\s*:/.test(line));
  if (at === -1) return `${source.replace(/\n*$/, '')}\napprovals:\n  ${entry}\n`;
  const rest = (lines[at] as string)
    .replace(/^approvals\s*:/, '')
    .replace(/\s#.*$/, '')
    .trim();
  if (rest !== '' && !/^\[\s*\]$/.test(rest)) return undefined;
  const indent = /^(\s*)-\s/.exec(lines.slice(at + 1).find((line) => !/^\s*(?:#|$)/.test(line)) ?? '')?.[1];
  lines.splice(at, 1, 'approvals:', `${rest === '' && indent !== undefined ? indent : '  '}${entry}`);
  return lines.join('\n');
}
