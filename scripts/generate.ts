/**
 * Writes what is generated and committed: the OpenAPI document and the JSON Schemas of `tidewatch.yml` and of the tests
 * beside rules. With `--check` writes nothing and fails where a file is not what it would be.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApiDocument } from '@tidewatch/api';
import { configJsonSchema } from '../apps/tidewatch/config/json_schema.ts';
import { testJsonSchema } from '../apps/tidewatch/sigma/test/schema.ts';
import { version } from '../apps/tidewatch/version.ts';

const generated: Record<string, unknown> = {
  'docs/openapi.json': await openApiDocument(version),
  'docs/tidewatch.schema.json': configJsonSchema(),
  'docs/sigma_test.schema.json': testJsonSchema(),
};

const check = process.argv.includes('--check');
for (const [path, content] of Object.entries(generated)) {
  const file = join(import.meta.dirname, '..', path);
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (!check) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    process.stderr.write(`${path} is stale: run npm run generate\n`);
    process.exitCode = 1;
  }
}
