import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import wabt from 'wabt';

const folder = join(import.meta.dirname, '../libs/forest');

/** The module that carries `kernel.wat` and `score.wat` of `libs/forest`, assembled as one. */
export async function forestKernel(): Promise<string> {
  const { parseWat } = await wabt();
  const parts = ['kernel.wat', 'score.wat'].map((name) => readFile(join(folder, name), 'utf8'));
  const module = parseWat('kernel.wat', `(module\n${(await Promise.all(parts)).join('\n')})`, {});
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  return `/** \`kernel.wat\` and \`score.wat\`, assembled by \`npm run generate\`: WebAssembly in base64. */\nexport const kernel =\n  '${Buffer.from(buffer).toString('base64')}';\n`;
}
