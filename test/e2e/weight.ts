import { gzipSync } from 'node:zlib';

/** Bytes of the scripts that a page asks for at once, each compressed by gzip. */
export async function scriptBytes(server: string, path: string): Promise<number> {
  const text = async (from: string) => (await fetch(new URL(from, server))).text();
  const scripts = (await text(path)).match(/<script(?![^>]*noModule)[^>]* src="[^"]+/gi) ?? [];
  const sizes = await Promise.all(
    scripts.map(async (tag) => gzipSync(await text(tag.replace(/.*"/, '')), { level: 9 }).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
