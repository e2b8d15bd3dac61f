import type { JsonObject } from '@tidewatch/event';

/** What lines can be: where rules look at them, and the event that one is. */
export interface LineType {
  /** Categories of the rules' log sources. */
  readonly categories: RegExp;
  /** Fields that hold the line, or a part of it. */
  readonly fields: readonly string[];
  /** Fields that name the program, which stands in the line as well. */
  readonly programs: readonly string[];
  /** The event that a line is, as the rules read it; `original` names the program where its file was renamed. */
  event(line: string, program?: string, original?: string): JsonObject;
}

const nameOf = (path: string): string => path.slice(path.search(/[^\\/]*$/));

/** The program that a command line begins with, in full, as far as the line says. */
export function programOf(line: string): string {
  const word = /^\s*(?:"([^"]*)"|(\S*))/.exec(line)?.slice(1).find(Boolean) ?? '';
  if (word.startsWith('/')) return word;
  const file = /\.\w{2,4}$/.test(word) ? word : `${word}.exe`;
  return /[\\/]/.test(file) ? file : `C:\\Windows\\System32\\${file}`;
}

export const lineTypes = {
  process: {
    categories: /^process_creation$/,
    fields: ['CommandLine'],
    programs: ['Image', 'OriginalFileName'],
    event: (line, program = programOf(line), original = nameOf(program)) => ({
      CommandLine: line,
      Image: program,
      OriginalFileName: original,
    }),
  },
  powershell: {
    categories: /^ps_script$/,
    fields: ['ScriptBlockText'],
    programs: [],
    event: (line) => ({ ScriptBlockText: line }),
  },
  registry: {
    categories: /^registry_/,
    fields: ['TargetObject'],
    programs: [],
    event: (line) => ({ TargetObject: line }),
  },
  proxy: {
    categories: /^proxy$/,
    fields: ['c-uri'],
    programs: [],
    event: (line) => ({ 'c-uri': line }),
  },
} as const satisfies Record<string, LineType>;

export type LineTypeName = keyof typeof lineTypes;
export const lineTypeNames = Object.keys(lineTypes) as readonly LineTypeName[];
