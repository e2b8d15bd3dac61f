/**
 * Writes what is generated and committed: the OpenAPI document, the JSON Schemas of `tidewatch.yml`, of use-cases, of
 * parsers, joins, models and of the tests beside rules and parsers, the references of processors and metrics, the saved
 * objects of OpenSearch Dashboards, and Grafana's dashboards. With `--check` writes nothing and fails where a file is not
 * what it would be.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApiDocument } from '@tidewatch/api';
import { manifestJsonSchema } from '@tidewatch/models';
import { joinJsonSchema, parserJsonSchema, parserTestJsonSchema } from '@tidewatch/normalize';
import { definitionJsonSchema } from '../apps/scorer/detectors/definition.ts';
import { configJsonSchema } from '../apps/tidewatch/config/json_schema.ts';
import { useCaseJsonSchema } from '../apps/tidewatch/governance/usecase.ts';
import { testJsonSchema } from '../apps/tidewatch/sigma/test/schema.ts';
import { version } from '../apps/tidewatch/version.ts';
import { dashboardsFile } from './dashboards/index.ts';
import { forestKernel } from './forest_kernel.ts';
import { grafanaDashboards } from './grafana/index.ts';
import { metricsReference } from './metrics_reference.ts';
import { processorsReference } from './processors_reference.ts';

const generated: Record<string, unknown> = {
  'docs/openapi.json': await openApiDocument(version),
  'docs/tidewatch.schema.json': configJsonSchema(),
  'docs/sigma_test.schema.json': testJsonSchema(),
  'docs/parser.schema.json': parserJsonSchema(),
  'docs/parser_test.schema.json': parserTestJsonSchema(),
  'docs/join.schema.json': joinJsonSchema(),
  'docs/detector.schema.json': definitionJsonSchema(),
  'docs/model.schema.json': manifestJsonSchema(),
  'docs/processors.md': processorsReference(),
  'docs/usecase.schema.json': useCaseJsonSchema(),
  'docs/metrics.md': await metricsReference(),
  'libs/forest/kernel.ts': await forestKernel(),
  'dashboards/tidewatch.ndjson': dashboardsFile(),
  ...grafanaDashboards,
};

const check = process.argv.includes('--check');
for (const [path, content] of Object.entries(generated)) {
  const file = join(import.meta.dirname, '..', path);
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
  if (!check) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    process.stderr.write(`${path} is stale: run npm run generate\n`);
    process.exitCode = 1;
  }
}
