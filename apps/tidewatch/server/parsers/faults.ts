import type { ParserFault } from '@tidewatch/normalize';
import type { HealthBoard, Logger } from '@tidewatch/telemetry';

/** Tells what is wrong with files on the health page, and in the log when it is new. */
export function createFaultTeller(
  what: 'parsers' | 'joins',
  { health, log }: { readonly health: HealthBoard; readonly log: Logger },
): (faults: readonly ParserFault[]) => void {
  let told: ReadonlySet<string> = new Set();
  return (faults) => {
    const texts = faults.map(faultText);
    for (const [i, text] of texts.entries())
      if (!told.has(text))
        log.warn({ what, file: faults[i]?.file, reason: text }, 'A file is not in force as written');
    if (texts.length === 0) health.set(what, 'ready');
    else health.set(what, 'degraded', texts.join(' '));
    told = new Set(texts);
  };
}

/** One line for people: the file, and the first thing that is wrong with it. */
export function faultText(fault: ParserFault): string {
  const [first = '', ...others] = faultTexts(fault);
  return others.length > 0 ? `${first} (and ${others.length} more)` : first;
}

/** A line for each thing that is wrong with a file. */
export const faultTexts = ({ file, issues }: ParserFault): readonly string[] =>
  issues.map(({ line, path, message }) => {
    const place = line === undefined ? file : `${file}:${line}`;
    return `${place}: ${path ? `${path}: ` : ''}${message}`;
  });
