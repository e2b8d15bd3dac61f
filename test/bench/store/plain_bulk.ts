import type { IndexedEvent } from '../../../libs/store/contract.ts';

const requestBytes = 4_000_000;
const atOnce = 2;
const newline = Buffer.from('\n');

/** Sends events in plain `_bulk` requests, as any shipper would; answers the seconds it took. */
export async function plainBulk(url: string, events: readonly IndexedEvent[]): Promise<number> {
  const bodies = bodiesOf(events);
  const began = performance.now();
  let next = 0;
  const send = async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const response = await fetch(`${url}/_bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: new Uint8Array(body),
      });
      const { errors } = (await response.json()) as { errors: boolean };
      if (errors) throw new Error('Not all events were stored.');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));
  return (performance.now() - began) / 1_000;
}

function bodiesOf(events: readonly IndexedEvent[]): Buffer[] {
  const bodies: Buffer[] = [];
  let pieces: Uint8Array[] = [];
  let size = 0;
  const end = () => {
    bodies.push(Buffer.concat(pieces));
    pieces = [];
    size = 0;
  };
  for (const { head, bytes } of events) {
    const operation = JSON.stringify({ create: { _index: 'tidewatch-events-peer-plain', _id: head.id } });
    pieces.push(Buffer.from(operation), newline, bytes, newline);
    size += operation.length + bytes.length + 2;
    if (size >= requestBytes) end();
  }
  if (pieces.length > 0) end();
  return bodies;
}
