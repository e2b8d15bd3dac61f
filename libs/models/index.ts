export { modelErrors } from './errors.ts';
export { fileLimit, type ModelFolder, readModelFolder, requiredFiles, writeModelFolder } from './folder.ts';
export { type Manifest, manifestSchema } from './manifest.ts';
