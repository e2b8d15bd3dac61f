import { type Level, levels } from '@tidewatch/event';
import { levelLabels } from '../../view/alert-view.ts';

export const levelText: Readonly<Record<Level, string>> = {
  critical: 'text-critical',
  high: 'text-high',
  medium: 'text-medium',
  low: 'text-low',
  informational: 'text-informational',
};

/** Severity as colour, as rising bars and as a word, so that none is needed to understand another. */
export function LevelMark({ level, word = true }: { readonly level: Level; readonly word?: boolean }) {
  const rank = levels.indexOf(level);
  return (
    <span
      className={`inline-flex items-center gap-1.5 align-middle ${levelText[level]}`}
      {...(!word && { role: 'img', 'aria-label': levelLabels[level] })}
    >
      <svg width="15" height="12" viewBox="0 0 15 12" aria-hidden="true">
        {[0, 1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={bar * 4}
            y={9 - bar * 3}
            width="3"
            height={3 + bar * 3}
            rx="0.75"
            fill="currentColor"
            opacity={bar < rank ? 1 : 0.28}
          />
        ))}
      </svg>
      {word && <span className="text-sm font-medium">{levelLabels[level]}</span>}
    </span>
  );
}
