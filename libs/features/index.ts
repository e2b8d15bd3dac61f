export { compileFeatures, type FeatureEncoder } from './encoder.ts';
export { featureErrors } from './errors.ts';
export { type Feature, featuresSchema, widthLimit } from './schema.ts';
