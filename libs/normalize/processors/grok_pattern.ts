import { ipAddress } from '../setters.ts';
import { grokNames } from './grok_names.ts';
import { groupNames, groupPath, regexIssue } from './linear_regex.ts';
import { fieldPath } from './processor.ts';

export const grokTypes = ['int', 'long', 'float', 'double', 'boolean', 'string'] as const;
export type GrokType = (typeof grokTypes)[number];

/** A group of the expression that becomes a field. */
export interface GrokCapture {
  /** Number of the group, from 1. */
  readonly group: number;
  readonly path: string;
  readonly type: GrokType;
  /** Whether a text that the group holds is what the name promises. */
  readonly holds: (text: string) => boolean;
}

export type GrokPattern =
  | { readonly ok: true; readonly source: string; readonly captures: readonly GrokCapture[] }
  | { readonly ok: false; readonly issue: string };

const reference = /%\{(\w+)(?::([^:{}]+))?(?::(\w+))?\}/g;
const ownGroup = /\(\?<([A-Za-z_@][\w.@-]*)>/g;
const maxDepth = 16;
const addresses = new Set(['IP', 'IPV4', 'IPV6']);
const anyText = () => true;

interface Named {
  readonly path: string;
  readonly type: GrokType;
  readonly name: string;
}

/** Writes out a pattern of grok as one regular expression. */
export function compileGrok(pattern: string, definitions: Readonly<Record<string, string>>): GrokPattern {
  const named: Named[] = [];
  let issue: string | undefined;
  const refuse = (text: string): string => {
    issue ??= text;
    return '';
  };
  const group = (path: string, type: string, name: string): string => {
    if (!fieldPath.safeParse(path).success) return refuse(`${path} is not a path of a field`);
    if (!isType(type)) return refuse(`${type} is not one of ${grokTypes.join(', ')}`);
    named.push({ path, type, name });
    return `(?<g${named.length - 1}>`;
  };
  const write = (text: string, depth: number): string => {
    if (depth > maxDepth) return refuse('names define each other in a circle');
    return text
      .replace(ownGroup, (_, path: string) => group(groupPath(path), 'string', ''))
      .replace(reference, (_, name: string, path: string | undefined, type = 'string') => {
        const definition = Object.hasOwn(definitions, name) ? definitions[name] : grokNames[name];
        if (definition === undefined) return refuse(`%{${name}} is not defined`);
        const opening = path === undefined ? '(?:' : group(path, type, name);
        return `${opening}${write(definition, depth + 1)})`;
      });
  };
  const source = write(pattern, 0);
  issue ??= regexIssue(source);
  if (issue !== undefined) return { ok: false, issue };
  if (named.length === 0) return { ok: false, issue: 'names no field: %{IP:source.ip}' };
  const captures = groupNames(source).flatMap((name, i): GrokCapture[] => {
    const found = name === undefined ? undefined : named[Number(name.slice(1))];
    if (found === undefined) return [];
    const { path, type } = found;
    const holds = addresses.has(found.name) ? (text: string) => ipAddress(text) !== undefined : anyText;
    return [{ group: i + 1, path, type, holds }];
  });
  return { ok: true, source, captures };
}

const isType = (text: string): text is GrokType => (grokTypes as readonly string[]).includes(text);
