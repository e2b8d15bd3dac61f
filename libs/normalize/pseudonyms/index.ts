export { type Epoch, type EpochLength, epochAt, epochLengths } from './epochs.ts';
export { type PseudonymKey, parsePseudonymKeys } from './keys.ts';
export { createLetterSeal, type LetterSeal } from './letters.ts';
export {
  createOriginals,
  type OriginalStore,
  type Originals,
  originalContext,
  type SealedOriginal,
} from './originals.ts';
export type { FieldPolicy } from './policy.ts';
export { bareName, createPseudonyms, type Pseudonyms } from './pseudonyms.ts';
export type {
  ReidentificationApproval,
  ReidentificationRequest,
  Reidentified,
  Reidentify,
} from './reidentify.ts';
export { sealedUnder } from './seal.ts';
export { createSealKeys, type KeptSealKey, type SealKeyStore, type SealKeys } from './seal_keys.ts';
export { createPseudonymStage, type PseudonymStageOptions, textContext, type Vault } from './stage.ts';
export { knownNames, namesNobody } from './well_known.ts';
