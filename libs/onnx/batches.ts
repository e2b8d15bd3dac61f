/**
 * The numbers of rows that a model is ever run with: these are all that admission has to try, where time and memory hang on nothing
 * else.
 */
export const batchSizes = [256, 128, 64, 32, 16, 8, 4, 2, 1] as const;
export const largestBatch = batchSizes[0];
