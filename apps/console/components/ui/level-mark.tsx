import { type Level, levels } from '@tidewatch/event';
import { levelLabels } from '../../view/alert-view.ts';

export const levelText: Readonly<Record<Level, string>> = {
  critical: 'text-critical',
  high: 'text-high',
  medium: 'text-medium',
  low: 'text-low',
  informational: 'text-informational',
};

const bars = ['M0 9h3v3H0z', 'M4 6h3v6H4z', 'M8 3h3v9H8z', 'M12 0h3v12h-3z'];

/** By the level's rank; made once, as lists show hundreds. */
const icons = levels.map((level, rank) => (
  <svg key={level} width="15" height="12" viewBox="0 0 15 12" aria-hidden="true">
    <path d={bars.slice(0, rank).join('')} fill="currentColor" />
    <path d={bars.slice(rank).join('')} fill="currentColor" fillOpacity="0.28" />
  </svg>
));

/** Severity as colour, as rising bars and as a word, so that none is needed to understand another. */
export function LevelMark({ level, word = true }: { readonly level: Level; readonly word?: boolean }) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 align-middle ${levelText[level]}`}
      {...(!word && { role: 'img', 'aria-label': levelLabels[level] })}
    >
      {icons[levels.indexOf(level)]}
      {word && <span className="text-sm font-medium">{levelLabels[level]}</span>}
    </span>
  );
}
