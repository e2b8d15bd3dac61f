/** The command line from sources, for development: `npx tsx apps/tidewatch/dev.ts …`. */
import { join } from 'node:path';
import { main } from './index.ts';

await main(process.argv.slice(2), { root: join(import.meta.dirname, '../..') });
