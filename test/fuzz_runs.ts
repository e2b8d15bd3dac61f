/** Runs of a property: few beside each change, many times as many (`TIDEWATCH_FUZZ_TIMES`) in `npm run test:long`. */
export const fuzzRuns = (usual: number): number => usual * Number(process.env.TIDEWATCH_FUZZ_TIMES ?? 1);
