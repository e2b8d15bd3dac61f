import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { errors } from '../errors.ts';
import type { Bucket } from './bucket.ts';

export interface S3Options {
  readonly bucket: string;
  /** Goes before every key, e.g. `tidewatch`. */
  readonly prefix: string;
  readonly region: string;
  /** Address of a store that speaks S3; absent: Amazon's. */
  readonly endpoint?: string;
  /** How long it may be silent before it is asked again, milliseconds (default 60,000). */
  readonly silentMs?: number;
}

/** A bucket that must exist. Credentials come from where all of Amazon's tools look: environment, files, the machine's role. */
export function openS3Bucket({ bucket, prefix, region, endpoint, silentMs = 60_000 }: S3Options): Bucket {
  // `tidewatch doctor` says which Node is old; Amazon's text about it would stand between the log's lines of JSON.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new S3Client({
    region,
    maxAttempts: 5,
    // Amazon's client waits for ever, and retention with it.
    requestHandler: { connectionTimeout: silentMs, socketTimeout: silentMs },
    // Many stores know buckets by path alone, and none of the newer checksums; ours are in the manifests.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const root = prefix === '' ? '' : `${prefix.replace(/\/+$/, '')}/`;
  const place = `${endpoint ?? 's3:/'}/${bucket}/${root}`;
  const at = (key: string) => ({ Bucket: bucket, Key: `${root}${key}` });

  async function asked<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isMissing(error)) throw error;
      throw errors.ARCHIVE_UNREACHABLE({ place, problem: problemOf(error) });
    }
  }

  async function open(key: string): Promise<Readable | undefined> {
    try {
      return (await asked(() => client.send(new GetObjectCommand(at(key))))).Body as Readable;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  return {
    place,
    async put(key, path) {
      // In memory, since a stream can't be sent a second time; sealed files are bounded by what was sorted in memory.
      const Body = await readFile(path);
      await asked(() => client.send(new PutObjectCommand({ ...at(key), Body })));
    },
    async write(key, text) {
      await asked(() => client.send(new PutObjectCommand({ ...at(key), Body: text })));
    },
    async get(key, path) {
      const body = await open(key);
      if (body === undefined) throw errors.ARCHIVE_OBJECT_MISSING({ key, place });
      await asked(() => pipeline(body, createWriteStream(path)));
    },
    async read(key) {
      const body = await open(key);
      if (body === undefined) return undefined;
      const pieces: Buffer[] = [];
      for await (const piece of body) pieces.push(piece as Buffer);
      return Buffer.concat(pieces).toString();
    },
    async list(start) {
      const keys: string[] = [];
      let token: string | undefined;
      do {
        const page = await asked(() =>
          client.send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: `${root}${start}`,
              ...(token !== undefined && { ContinuationToken: token }),
            }),
          ),
        );
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key.slice(root.length));
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return keys.sort();
    },
    async delete(key) {
      await asked(() => client.send(new DeleteObjectCommand(at(key))));
    },
    close: async () => client.destroy(),
  };
}

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.name === 'NoSuchKey';

/** What went wrong in words: the exception's name says more than some of the messages. */
function problemOf(error: unknown): string {
  const { name, message } = error as Error;
  return error instanceof S3ServiceException ? `${name}: ${message}` : message || name;
}
