import { dissect } from './dissect.ts';
import type { Processor } from './processor.ts';
import { set } from './set.ts';

/** All processors, by their key in parser files. */
export const processors: ReadonlyMap<string, Processor> = new Map(
  ([dissect, set] as Processor[]).map((processor) => [processor.name, processor]),
);
