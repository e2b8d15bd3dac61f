import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { wheelProgram } from './install.mjs';

/** A server that speaks S3 and forgets everything when it ends. */
export interface RunningS3 {
  readonly url: string;
  /** The secret that this process has in its environment for it. */
  readonly secret: string;
  /** Makes a bucket and answers its name. */
  makeBucket(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it (`node test/services/install.mjs s3`), in some 2 s of CPU, and puts credentials into the environment. */
export async function startS3(): Promise<RunningS3> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(wheelProgram('s3'), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const secret = 'a-secret-that-nobody-logs';
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'tests', AWS_SECRET_ACCESS_KEY: secret });
  for (let waited = 0; ; waited += 200) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break;
    if (waited > 60_000 || child.exitCode !== null) throw new Error('The S3 server does not start.');
    await setTimeout(200);
  }
  return {
    url,
    secret,
    async makeBucket() {
      const client = new S3Client({ endpoint: url, region: 'us-east-1', forcePathStyle: true });
      const Bucket = randomUUID();
      await client.send(new CreateBucketCommand({ Bucket }));
      client.destroy();
      return Bucket;
    },
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
