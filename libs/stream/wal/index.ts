export { createWal, type WalConfig } from './wal.ts';
