export type { Attribution, NearRule } from './attribution.ts';
export { canonical, lineLimit } from './canonical.ts';
export { type EditKind, editKinds, edits } from './edits.ts';
export { evasionErrors } from './errors.ts';
export { Evasion, type Scored, type Verdict } from './evasion.ts';
export type { EvasionModel } from './model.ts';
export {
  type ModelStatement,
  openEvasionModel,
  readEvasionModel,
  writeEvasionModel,
} from './model_folder.ts';
export { makePositives, type Positive } from './positives.ts';
export { type LinearModel, type SolverOptions, type SparseRows, solveLinear } from './solver.ts';
export {
  distinct,
  rulesAbout,
  type Trained,
  type TrainOptions,
  trainEvasion,
  type Verdict as LineVerdict,
} from './train.ts';
export { type LineTypeName, lineTypeNames, lineTypes } from './types.ts';
