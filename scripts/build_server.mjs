// Bundles the server and its workers into dist/.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Packages with native parts stay outside the bundle. `import` would first read all of their files for names. */
const native = ['@duckdb/node-api', '@duckdb/node-bindings', 'libsql', 'onnxruntime-node'];
const requireNative = {
  name: 'require-native',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[@a-z]/ }, ({ path, kind }) => {
      if (!native.includes(path)) return undefined;
      return kind === 'require-call' ? { path, external: true } : { path, namespace: 'native' };
    });
    onLoad({ filter: /^/, namespace: 'native' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

await build({
  entryPoints: {
    tidewatch: 'apps/tidewatch/index.ts',
    'coverage-worker': 'apps/tidewatch/server/rules/coverage_worker.ts',
    'detector-worker': 'apps/detector/worker.ts',
    'enrichment-worker': 'libs/normalize/enrich/load_thread.ts',
    'forecaster-worker': 'apps/forecaster/thread.ts',
    'model-admission': 'apps/scorer/admission_process.ts',
    'onnx-worker': 'libs/onnx/model_thread.ts',
    'plugin-worker': 'libs/plugin/worker.ts',
    'scorer-worker': 'apps/scorer/worker.ts',
    'anomalies-worker': 'apps/scorer/detectors/worker.ts',
    'trials-worker': 'apps/tidewatch/server/parsers/trial_worker.ts',
    'store-worker': 'libs/store/duckdb/engine_thread.ts',
  },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  legalComments: 'external',
  external: ['tsx'],
  plugins: [requireNative],
  banner: {
    // CommonJS packages inside the bundle still ask for these.
    js: [
      `import { createRequire as __createRequire } from 'node:module';`,
      `import { fileURLToPath as __fileURLToPath } from 'node:url';`,
      `import { dirname as __pathDirname } from 'node:path';`,
      `const require = __createRequire(import.meta.url);`,
      `const __filename = __fileURLToPath(import.meta.url);`,
      `const __dirname = __pathDirname(__filename);`,
    ].join(' '),
  },
  logLevel: 'warning',
});

// Parts of earlier builds go; what runs of yesterday's may still load one.
const yesterday = Date.now() - 86_400_000;
for (const { name } of readdirSync('dist', { withFileTypes: true }).filter((entry) => entry.isFile()))
  if (statSync(join('dist', name)).mtimeMs < yesterday) rmSync(join('dist', name));
