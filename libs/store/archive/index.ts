export * from './archive.ts';
export type { Bucket } from './bucket.ts';
export { createClusterArchive } from './cluster.ts';
export { openFolderBucket } from './folder.ts';
export { manifestSchema } from './manifest.ts';
