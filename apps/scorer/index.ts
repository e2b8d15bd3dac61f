export { type ClassTable, type Score, scoreClass, scoreRecord, scoresDataset } from './score_document.ts';
