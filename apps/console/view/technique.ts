/**
 * The name of a technique of ATT&CK, behind that of the one it is part of: `OS Credential Dumping: LSASS Memory`.
 *
 * @param names by id, each before those of its parts: `name|001 name|002 name`
 * @param id `T1003` or `T1003.001`
 */
export function techniqueName(names: Readonly<Record<string, string>>, id: string): string | undefined {
  const [whole = '', part] = id.split('.');
  const [name, ...parts] = Object.hasOwn(names, whole) ? (names[whole] as string).split('|') : [];
  if (part === undefined) return name;
  const found = parts.find((one) => one.startsWith(`${part} `));
  return found === undefined ? undefined : `${name}: ${found.slice(part.length + 1)}`;
}
