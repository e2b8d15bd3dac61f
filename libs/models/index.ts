export {
  calibrationError,
  type JudgedScore,
  leastVerdicts,
  type VerdictCalibration,
} from './calibration_error.ts';
export { type Calibration, calibrate, createBinning, type Drift, driftOf, type SeriesKind } from './drift.ts';
export { modelErrors } from './errors.ts';
export {
  fileLimit,
  type ModelFolder,
  type ReadModelFolder,
  readBounded,
  readModelFolder,
  requiredFiles,
  writeModelFolder,
} from './folder.ts';
export {
  type Manifest,
  type ManifestDraft,
  type ManifestOf,
  manifestJsonSchema,
  manifestSchema,
  type Reference,
} from './manifest.ts';
export { signatureFile, signModelFolder } from './signature.ts';
export { readTrainingManifest, type TrainingManifest } from './training.ts';
