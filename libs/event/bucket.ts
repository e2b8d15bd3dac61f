/** Start of the aligned suppression bucket that holds `time`; both in epoch milliseconds. */
export const bucketStart = (time: number, bucketMs: number): number => Math.floor(time / bucketMs) * bucketMs;
