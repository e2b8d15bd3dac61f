export type { DocumentChange, DocumentKey, DocumentPlaces, Documents, Expected } from './contract.ts';
export { openFolderDocuments } from './folder.ts';
