import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import wabt from 'wabt';

const source = join(import.meta.dirname, '../libs/forest/kernel.wat');

/** The module that carries `libs/forest/kernel.wat`, assembled. */
export async function forestKernel(): Promise<string> {
  const { parseWat } = await wabt();
  const module = parseWat('kernel.wat', await readFile(source), {});
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  return `/** \`kernel.wat\`, assembled by \`npm run generate\`: WebAssembly in base64. */\nexport const kernel =\n  '${Buffer.from(buffer).toString('base64')}';\n`;
}
