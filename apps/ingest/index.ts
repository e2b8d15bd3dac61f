export { type AcceptDeps, createAccept } from './accept.ts';
export { type DeadLetter, decodeDeadLetter, encodeDeadLetter } from './dead_letter.ts';
export { encodeEvent, toIndexed } from './event_record.ts';
export { type IndexerDeps, startIndexer } from './indexer.ts';
