export { type AcceptDeps, createAccept } from './accept.ts';
export { type DeadLetter, decodeDeadLetter } from './dead_letter.ts';
export { type IndexerDeps, startIndexer } from './indexer.ts';
