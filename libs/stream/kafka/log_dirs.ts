import type { Connection } from './client.ts';
import type { Node } from './protocol.ts';

/** A request that kafkajs does not know, sent through its connections. */
interface Wire {
  readonly connectionPool: {
    send(request: {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
      };
      readonly response: { decode(bytes: Buffer): Promise<Buffer>; parse(bytes: Buffer): Promise<Buffer> };
    }): Promise<Buffer>;
  };
}

const apiKey = 35;
/** The newest version without compact encodings (KIP-482); Kafka 1.0 to 4.1 know it. */
const apiVersion = 1;

/**
 * Bytes on disk of each partition's leading copy (DescribeLogDirs). Empty where the user may not ask.
 * https://kafka.apache.org/protocol#The_Messages_DescribeLogDirs
 */
export async function sizesOnDisk(
  connection: Connection,
  topic: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const sizes = new Map<number, number>();
  for (const [id, led] of connection.leaders(topic, partitions)) {
    const answer = await ask(await connection.node(id), encode(topic, led));
    for (const { name, partition, bytes } of decode(answer))
      if (name === topic) sizes.set(partition, (sizes.get(partition) ?? 0) + bytes);
  }
  return sizes;
}

function ask(node: Node, body: Buffer): Promise<Buffer> {
  const encode = async () => ({ buf: body, buffer: body });
  return (node as unknown as Wire).connectionPool.send({
    request: { apiKey, apiVersion, apiName: 'DescribeLogDirs', encode },
    response: { decode: async (bytes) => bytes, parse: async (bytes) => bytes },
  });
}

/** topics => [name [partition]] */
function encode(topic: string, partitions: readonly number[]): Buffer {
  const name = Buffer.from(topic);
  const body = Buffer.alloc(4 + 2 + name.length + 4 + 4 * partitions.length);
  let at = body.writeInt32BE(1, 0);
  at = body.writeInt16BE(name.length, at);
  at += name.copy(body, at);
  at = body.writeInt32BE(partitions.length, at);
  for (const partition of partitions) at = body.writeInt32BE(partition, at);
  return body;
}

/** throttle_ms, [error, directory, topics => [name [partition, size, offset_lag, is_future]]] */
function* decode(bytes: Buffer): Generator<{ name: string; partition: number; bytes: number }> {
  let at = 4;
  const take = (length: number): number => {
    const from = at;
    at += length;
    return from;
  };
  const int32 = () => bytes.readInt32BE(take(4));
  const text = () => {
    const length = bytes.readInt16BE(take(2));
    return bytes.toString('utf8', take(length), at);
  };
  for (let directories = int32(); directories > 0; directories--) {
    at += 2;
    text();
    for (let topics = int32(); topics > 0; topics--) {
      const name = text();
      for (let partitions = int32(); partitions > 0; partitions--) {
        const partition = int32();
        const size = Number(bytes.readBigInt64BE(take(8)));
        const future = bytes.readInt8(take(9) + 8) !== 0;
        if (!future) yield { name, partition, bytes: size };
      }
    }
  }
}
