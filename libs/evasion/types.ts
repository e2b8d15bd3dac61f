import type { JsonObject } from '@tidewatch/event';
import type { EditKind } from './edits.ts';

/** What lines can be: where rules look at them, and the event that one is. */
export interface LineType {
  /** Categories of the rules' log sources. */
  readonly categories: RegExp;
  /** Fields that hold the line, or a part of it. */
  readonly fields: readonly string[];
  /** Fields that name the program, which stands in the line as well. */
  readonly programs: readonly string[];
  /** What may stand before, between and behind what rules ask for, where lines are made up. */
  readonly frame: {
    readonly heads: readonly string[];
    readonly joint: string;
    readonly tails: readonly string[];
  };
  /** Ways to edit such lines that leave them what they are. */
  readonly kinds: readonly EditKind[];
  /** Fields of ECS that hold the line; the first that an event has counts. */
  readonly paths: readonly string[];
  /** Which events have one, in KQL. */
  readonly events: string;
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
    frame: {
      heads: ['', 'tool.exe', 'C:\\Tools\\run.exe'],
      joint: ' ',
      tails: [
        'report.txt',
        'C:\\Users\\Public\\a.dat',
        '%TEMP%\\b.log',
        'https://example.org/c',
        'D:\\share\\d.bin',
        '192.0.2.17',
      ],
    },
    kinds: [
      'carets',
      'quotes',
      'backticks',
      'spaces',
      'options',
      'abbreviation',
      'reordering',
      'recoding',
      'paths',
      'variables',
      'numbers',
      'joining',
      'renaming',
    ],
    paths: ['process.command_line'],
    events: 'event.category: process',
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
    frame: {
      heads: ['', '$found = ', 'try { ', 'if ($true) { '],
      joint: ' ',
      tails: [' -ErrorAction Stop', ' | Out-Null', '; Start-Sleep 5', " -Path 'D:\\share\\d.bin'"],
    },
    kinds: ['backticks', 'spaces', 'abbreviation', 'numbers', 'joining', 'recoding'],
    paths: ['powershell.file.script_block_text'],
    events: 'powershell.file.script_block_text: *',
    event: (line) => ({ ScriptBlockText: line }),
  },
  registry: {
    categories: /^registry_/,
    fields: ['TargetObject'],
    programs: [],
    frame: { heads: ['HKLM', 'HKCU', 'HKU\\S-1-5-21-1004'], joint: '', tails: ['', '\\Enabled', '\\Path'] },
    kinds: ['hives', 'paths'],
    paths: ['registry.path'],
    events: 'registry.path: *',
    event: (line) => ({ TargetObject: line }),
  },
  proxy: {
    categories: /^proxy$/,
    fields: ['c-uri'],
    programs: [],
    frame: {
      heads: ['http://example.org', 'https://192.0.2.17/a', 'https://files.example.net/'],
      joint: '',
      tails: ['', '?id=7', '/c', '&lang=en'],
    },
    kinds: ['percent', 'paths'],
    paths: ['url.original', 'url.full', 'url.path'],
    events: 'url.original: * or url.full: * or url.path: *',
    event: (line) => ({ 'c-uri': line }),
  },
} as const satisfies Record<string, LineType>;

export type LineTypeName = keyof typeof lineTypes;
export const lineTypeNames = Object.keys(lineTypes) as readonly LineTypeName[];
