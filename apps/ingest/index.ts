export { type AcceptDeps, createAccept, createJudge } from './accept.ts';
export {
  createJobs,
  type Job,
  type JobLetters,
  type JobRequest,
  type JobVerb,
  type LetterJobs,
} from './dead_letters/jobs.ts';
export { type LetterLedger, type LetterTotal, openLedger } from './dead_letters/ledger.ts';
export {
  type DeadLetter,
  decodeDeadLetter,
  type KeptLetter,
  letterId,
  parseLetterId,
} from './dead_letters/letter.ts';
export type { OwnJudge } from './dead_letters/replay.ts';
export type { LetterState } from './dead_letters/runs.ts';
export { type FoundLetter, type LetterFilter, searchLetters } from './dead_letters/search.ts';
export { type IndexerDeps, startIndexer } from './indexer.ts';
export { acceptLists } from './record_lists.ts';
