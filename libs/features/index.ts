export { compileFeatures, type EncoderOptions, type FeatureEncoder, type Spoken } from './encoder.ts';
export { featureErrors } from './errors.ts';
export { fieldsOf, longestWindow } from './fields.ts';
export { columnsOf, durationOf, type Feature, featuresSchema, widthLimit } from './schema.ts';
export type { WindowLosses } from './windows.ts';
