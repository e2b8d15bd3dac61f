import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { has } from '../../../test/require.ts';
import { type RunningS3, startS3 } from '../../../test/services/s3.ts';
import { describeBucketContract } from './bucket.suite.ts';
import { openFolderBucket } from './folder.ts';
import { openS3Bucket } from './s3.ts';

let folder: string;
let s3: RunningS3 | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-archive-'));
  if (has('s3')) s3 = await startS3();
}, 60_000);
afterAll(async () => {
  await s3?.stop();
  await rm(folder, { recursive: true });
});

describeBucketContract('A folder', async () => openFolderBucket(join(folder, 'not/there/yet')));
describeBucketContract(
  'S3',
  async () =>
    openS3Bucket({ bucket: await s3!.makeBucket(), prefix: 'p/q', region: 'eu-west-1', endpoint: s3!.url }),
  has('s3'),
);

it.runIf(has('s3'))('says which bucket does not answer, and never with what it asked', async () => {
  const missing = openS3Bucket({ bucket: randomUUID(), prefix: '', region: 'eu-west-1', endpoint: s3!.url });
  await expect(missing.list('')).rejects.toMatchObject({
    code: 'ARCHIVE_UNREACHABLE',
    message: expect.stringMatching(/NoSuchBucket/),
  });
  await expect(missing.write('x', 'y')).rejects.toThrow(expect.not.stringContaining(s3!.secret) as never);
  await missing.close();
});

it('says that a folder cannot be used', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const bucket = openFolderBucket(file);
  await expect(bucket.write('x', 'y')).rejects.toMatchObject({ code: 'ARCHIVE_UNREACHABLE' });
});

it('does not wait for ever for a bucket that says nothing', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'someone').stubEnv('AWS_SECRET_ACCESS_KEY', 'something');
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const bucket = openS3Bucket({
    ...{ bucket: 'logs', prefix: '', region: 'eu-west-1', endpoint },
    silentMs: 50,
  });
  await expect(bucket.list('')).rejects.toMatchObject({
    code: 'ARCHIVE_UNREACHABLE',
    message: expect.stringMatching(/timeout|timed out/i),
  });
  await bucket.close();
  silent.close();
  vi.unstubAllEnvs();
}, 20_000);
