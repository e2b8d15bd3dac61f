/** A field as the export writes it: text in a line where it can be, else with its length. */
export function exported(name: string, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  if (typeof value === 'string' && !value.includes('\n')) return Buffer.from(`${name}=${value}\n`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')]);
}

/** One entry with its closing empty line. */
export const exportedEntry = (fields: readonly (readonly [string, string | Buffer])[]): Buffer =>
  Buffer.concat([...fields.map(([name, value]) => exported(name, value)), Buffer.from('\n')]);

/** An entry of the cursor `s=1;i=<n>` with a message. */
export const numberedEntry = (n: number, message: string): Buffer =>
  exportedEntry([
    ['__CURSOR', `s=1;i=${n}`],
    ['__REALTIME_TIMESTAMP', String(1_795_252_085_250_000 + n)],
    ['_HOSTNAME', 'web-1'],
    ['SYSLOG_IDENTIFIER', 'app'],
    ['PRIORITY', '6'],
    ['MESSAGE', message],
  ]);
