// By itself, so that it is loaded only where a database is read: a bundle keeps names of CommonJS only in such imports.
export { Reader } from 'maxmind';
