'use client';
import { useEffect, useMemo, useRef } from 'react';
import { selectionLines } from '../../view/reason.ts';
import { type TokenKind, yamlTokens } from '../../view/yaml-line.ts';
import { ConditionBadge } from './condition-badge.tsx';

const looks: Readonly<Record<TokenKind, string>> = {
  plain: '',
  key: 'text-code-key',
  string: 'text-code-string',
  note: 'text-code-note italic',
  mark: 'text-faint',
};

/** The rule as written, with the lines that matched marked and in sight. */
export function RuleSource({
  source,
  conditions,
  absent,
  active,
  onActive,
}: {
  readonly source: string;
  /** Numbers of the conditions that held, by 1-based line. */
  readonly conditions: ReadonlyMap<number, readonly number[]>;
  readonly absent: readonly string[];
  readonly active: number | null;
  readonly onActive: (condition: number | null) => void;
}) {
  const lines = useMemo(() => source.replace(/\n$/, '').split('\n'), [source]);
  const quiet = useMemo(() => selectionLines(lines, absent), [lines, absent]);
  const box = useRef<HTMLDivElement>(null);
  const first = Math.min(...conditions.keys());
  useEffect(() => {
    const line = box.current?.querySelector<HTMLElement>(`[data-line="${first}"]`);
    if (box.current && line) box.current.scrollTop = Math.max(0, line.offsetTop - 72);
  }, [first]);
  return (
    <div
      ref={box}
      tabIndex={0}
      role="region"
      aria-label="Source of the rule"
      className="relative max-h-96 overflow-auto rounded-md border border-line bg-raised py-1.5 font-mono text-xs leading-[18px]"
    >
      <ol className="w-max min-w-full">
        {lines.map((line, index) => {
          const number = index + 1;
          const held = conditions.get(number);
          return (
            <li
              key={number}
              data-line={number}
              onMouseEnter={() => onActive(held?.[0] ?? null)}
              onMouseLeave={() => onActive(null)}
              className={`flex gap-2 pr-3 ${held === undefined ? 'pl-[3px]' : 'border-l-3 border-hit bg-hit/35'} ${active !== null && held?.includes(active) ? 'bg-accent-wash!' : ''}`}
            >
              <span aria-hidden className="figure w-8 shrink-0 text-right text-faint select-none">
                {number}
              </span>
              {/* Before the text, where a long line cannot push it out of sight. */}
              {conditions.size > 0 && (
                <span className="flex min-w-5 shrink-0 items-center gap-0.5">
                  {held !== undefined && <span className="sr-only">matched, condition</span>}
                  {held?.map((condition) => (
                    <ConditionBadge key={condition} number={condition} active={active === condition} />
                  ))}
                </span>
              )}
              <span className="min-w-0 whitespace-pre">
                {yamlTokens(line).map((token) => (
                  <span key={token.start} className={looks[token.kind]}>
                    {token.text}
                  </span>
                ))}
              </span>
              {quiet.has(number) && <span className="font-sans text-faint">did not hold</span>}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
