import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pagePolicy } from './csp.ts';

export interface PageFile {
  readonly html: Buffer;
  readonly policy: string;
}

/** The export's pages as they are now: looked at with each request, read and hashed when they changed. */
export interface Site {
  /** @param name route without slashes around it, e.g. `alerts`; undefined where there is no such page */
  page(name: string): Promise<PageFile | undefined>;
}

const pageName = /^[\w-]{1,64}(\/[\w-]{1,64}){0,4}$/;

export function createSite(directory: string): Site {
  const pages = new Map<string, PageFile & { readonly stamp: string }>();
  return {
    page: async (name) => {
      if (!pageName.test(name)) return undefined;
      const file = join(directory, `${name}.html`);
      const found = await stat(file).catch(() => undefined);
      if (found === undefined || !found.isFile()) {
        pages.delete(name);
        return undefined;
      }
      const stamp = `${found.mtimeMs} ${found.size} ${found.ino}`;
      const known = pages.get(name);
      if (known?.stamp === stamp) return known;
      const html = await readFile(file);
      const page = { html, policy: pagePolicy(html.toString()), stamp };
      pages.set(name, page);
      return page;
    },
  };
}
