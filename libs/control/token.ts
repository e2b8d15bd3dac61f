import { createHash, randomBytes } from 'node:crypto';

/** 32 random bytes in base64url, 43 characters. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** What is stored of a token, and looked up: guessing the timing of a lookup by hash says nothing about the token. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');
