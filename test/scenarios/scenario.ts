import { readdirSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CORE_SCHEMA, load } from 'js-yaml';

/** What is sent. Of `body`, `ndjson` and `fill` at most one. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Lines, each as JSON or, where it is text, as it stands; every line ends in a line feed. */
  readonly ndjson?: readonly unknown[];
  /** A body of so many bytes. */
  readonly fill?: number;
  readonly gzip?: boolean;
  /** Sends the body in chunks of so many bytes, without saying its length. */
  readonly chunks?: number;
  /** Sends the body only once the server has asked for it. */
  readonly expect_continue?: boolean;
}

/** What must come back. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the body has among others; text between slashes is a pattern. */
  readonly body?: unknown;
  /** All that the body has. */
  readonly exactly?: unknown;
  /** The body as it stands. */
  readonly text?: string;
}

export interface Step {
  readonly title: string;
  readonly request: Request;
  readonly answer: Answer;
  /** Why an index answers otherwise, and how. */
  readonly differs?: string;
  readonly opensearch?: Answer;
}

/** Requests in order, and their answers. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** The input's configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
  /** Documents that the input handed on, over all steps. */
  readonly taken: number;
}

export function readScenarios(folder: string): Scenario[] {
  const directory = join(import.meta.dirname, folder);
  return readdirSync(directory).map((file) => ({
    name: `${folder}/${file}`,
    ...(load(readFileSync(join(directory, file), 'utf8'), { schema: CORE_SCHEMA }) as Omit<Scenario, 'name'>),
  }));
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly text: string;
}

/** @param url of the server, without a slash at its end */
export function send(url: string, { method, path, headers, ...rest }: Request): Promise<Received> {
  const body = bytesOf(rest);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url + path,
      {
        method,
        agent: false,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/x-ndjson' }),
          ...(rest.gzip ? { 'content-encoding': 'gzip' } : {}),
          ...(rest.expect_continue ? { expect: '100-continue' } : {}),
          ...(body === undefined || rest.chunks ? {} : { 'content-length': body.length }),
          ...headers,
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, text, body: parsed(text) });
          // Who was not asked for its body has not ended.
          request.destroy();
        });
      },
    );
    request.on('error', reject);
    const write = (): void => {
      const size = rest.chunks ?? (body?.length || 1);
      for (let at = 0; at < (body?.length ?? 0); at += size) request.write(body?.subarray(at, at + size));
      request.end();
    };
    if (rest.expect_continue) {
      request.once('continue', write);
      request.flushHeaders();
    } else write();
  });
}

function bytesOf({ body, ndjson, fill, gzip }: Omit<Request, 'method' | 'path'>): Buffer | undefined {
  const lines = ndjson?.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  const text = body ?? lines;
  if (text === undefined && fill === undefined) return undefined;
  const bytes = text === undefined ? Buffer.alloc(fill ?? 0, '{}\n') : Buffer.from(text);
  return gzip ? gzipSync(bytes) : bytes;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
