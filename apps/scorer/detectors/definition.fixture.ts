import { type Definition, parseDefinition } from './definition.ts';

/** A detector from YAML that is known to be sound. */
export function defined(text: string): Definition {
  const read = parseDefinition(text);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.definition;
}
