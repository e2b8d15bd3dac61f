/** Programs of the worker threads: beside this file in the bundle, the sources themselves in development. */
const bundled = !import.meta.url.endsWith('.ts');
const program = (name: string, source: string) =>
  new URL(bundled ? `./${name}.mjs` : source, import.meta.url);

export const workers = {
  detector: program('detector-worker', '../../detector/worker.ts'),
  store: program('store-worker', '../../../libs/store/duckdb/engine_thread.ts'),
  enrichment: program('enrichment-worker', '../../../libs/normalize/enrich/load_thread.ts'),
  coverage: program('coverage-worker', './rules/coverage_worker.ts'),
  trials: program('trials-worker', './parsers/trial_worker.ts'),
  scorer: program('scorer-worker', '../../scorer/worker.ts'),
  anomalies: program('anomalies-worker', '../../scorer/detectors/worker.ts'),
  onnx: program('onnx-worker', '../../../libs/onnx/model_thread.ts'),
  admission: program('model-admission', '../../scorer/admission_process.ts'),
  forecaster: program('forecaster-worker', '../../forecaster/thread.ts'),
  plugin: program('plugin-worker', '../../../libs/plugin/worker.ts'),
};
