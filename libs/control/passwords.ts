import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { errors } from './errors.ts';

/** Parameters of scrypt (RFC 7914): a hash takes 128 · N · r bytes, p times over. */
export interface PasswordCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and some tenths of a second: among those that OWASP's cheat sheet on storing passwords takes for equals. */
const usual: PasswordCost = { N: 2 ** 15, r: 8, p: 3 };
const saltBytes = 16;
const hashBytes = 32;

/** Hashes worked out at once, and those that may wait: each holds memory and a thread that files are read with. */
const atOnce = 2;
const mostWaiting = 50;

/** Characters, not bytes: NIST SP 800-63B-4, section 3.1.1.2, for a password that is the only factor. */
const shortest = 15;
const longest = 256;

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

export interface Passwords {
  /** What is stored: `scrypt$N$r$p$salt$hash`. Rejects with `LOGINS_BUSY`. */
  hash(password: string): Promise<string>;
  /** Takes as long where nothing is stored. Rejects with `LOGINS_BUSY`. */
  verify(password: string, stored: string | undefined): Promise<boolean>;
}

/** @param cost of new hashes; those that are stored say their own */
export function createPasswords(cost = usual): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function work(password: string, salt: Buffer, { N, r, p }: PasswordCost): Promise<Buffer> {
    if (running >= atOnce) {
      if (waiting.length >= mostWaiting) throw errors.LOGINS_BUSY();
      await new Promise<void>((turn) => waiting.push(turn));
    } else running++;
    try {
      // Twice the memory that the parameters ask for.
      const maxmem = 2 * 128 * N * r;
      return await derive(password.normalize('NFKC'), salt, hashBytes, { N, r, p, maxmem });
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  }

  return {
    async hash(password) {
      const salt = randomBytes(saltBytes);
      const hash = await work(password, salt, cost);
      return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$');
    },
    async verify(password, stored) {
      const parts = stored === undefined ? undefined : parse(stored);
      const found = await work(password, parts?.salt ?? randomBytes(saltBytes), parts ?? cost);
      return parts !== undefined && timingSafeEqual(found, parts.hash);
    },
  };
}

function parse(stored: string) {
  const [, N, r, p, salt = '', hash = ''] = stored.split('$');
  return {
    ...{ N: Number(N), r: Number(r), p: Number(p) },
    ...{ salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') },
  };
}

/**
 * @param user id of whose password it is
 * @throws PASSWORD_WEAK
 */
export function checkStrength(password: string, user: string): void {
  const characters = [...password];
  const plain = password.toLowerCase();
  const why =
    characters.length < shortest
      ? `it needs ${shortest} characters at least. A few words in a row do well.`
      : characters.length > longest
        ? `it may have ${longest} characters at most.`
        : new Set(plain).size < 6
          ? 'it repeats a few characters.'
          : user.length > 3 && plain.replaceAll(user.toLowerCase(), '').length < shortest / 2
            ? 'it is little more than your name.'
            : undefined;
  if (why !== undefined) throw errors.PASSWORD_WEAK({ why });
}
