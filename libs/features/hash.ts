/**
 * 32 bits of a part of a text: FNV-1a (Fowler, Noll and Vo) over its UTF-16 units, mixed by the finaliser of MurmurHash3
 * (Appleby), since the low bits of FNV-1a alone are those of the last units.
 */
export function hashOf(text: string, from = 0, to = text.length): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
