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
export function faultText({ file, issues }: ParserFault): string {
  const [first] = issues;
  const place = first?.line === undefined ? file : `${file}:${first.line}`;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return `${place}: ${first?.path ? `${first.path}: ` : ''}${first?.message ?? ''}${more}`;
}
