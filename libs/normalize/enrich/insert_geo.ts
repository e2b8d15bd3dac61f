import { ends } from './places.ts';

/** An address with a place. */
export interface Located {
  /** As JSON. */
  readonly ip: string;
  /** Members, each with a comma before it. */
  readonly geo: string;
}

/** What stands in front of an end's address. */
const beginnings = ends.map((end) => `,"${end}":`);

/**
 * Members of an event with the places of its ends' addresses put beside them. Undefined where that takes an object: an
 * end whose address does not stand in front, or which has a place already.
 */
export function insertGeo(members: string, located: readonly Located[]): string | undefined {
  // Both as they are found quickest: quotation marks are everywhere.
  if (members.includes('geo":{') || members.includes('as":{"')) return undefined;
  let result = members;
  for (let i = 0; i < located.length; i++) {
    const { ip, geo } = located[i] as Located;
    // Without the mark in front: marks are everywhere, and slow the search.
    const sought = `ip":${ip}`;
    let at = result.indexOf(sought);
    while (at !== -1) {
      let to = at + sought.length;
      if (result.charCodeAt(at - 1) === quote) {
        if (result.charCodeAt(at - 2) !== openBrace) return undefined;
        if (isEnd(result, at - 2)) {
          if (!isTopLevel(result, at - 2)) return undefined;
          result = result.slice(0, to) + geo + result.slice(to);
          to += geo.length;
        }
      }
      at = result.indexOf(sought, to);
    }
  }
  return result;
}

function isEnd(text: string, at: number): boolean {
  for (let i = 0; i < beginnings.length; i++) {
    const beginning = beginnings[i] as string;
    if (text.startsWith(beginning, at - beginning.length)) return true;
  }
  return false;
}

/** Whether a place between members is outside of all objects and lists. */
function isTopLevel(members: string, place: number): boolean {
  let depth = 0;
  for (let i = 0; i < place; i++) {
    switch (members.charCodeAt(i)) {
      case quote:
        i = endOfString(members, i);
        break;
      case openBrace:
      case 91:
        depth++;
        break;
      case 125:
      case 93:
        depth--;
    }
  }
  return depth === 0;
}

/** Where the string that begins at `from` has its closing mark. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  for (;;) {
    let before = end - 1;
    while (text.charCodeAt(before) === backslash) before--;
    if ((end - before) % 2 === 1) return end;
    end = text.indexOf('"', end + 1);
  }
}

const openBrace = 123;
const quote = 34;
const backslash = 92;
