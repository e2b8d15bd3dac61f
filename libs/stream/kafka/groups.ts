import type { GroupLag } from '../contract.ts';
import { errors } from '../errors.ts';
import type { Client, Connection } from './client.ts';
import { protocolError, reasonOf } from './protocol.ts';
import { fetchFrom } from './reading.ts';

export interface Bounds {
  readonly first: ReadonlyMap<number, number>;
  readonly end: ReadonlyMap<number, number>;
}

/** The groups of one stream: Kafka's groups belong to no topic, so their names say it. */
export interface Groups {
  id(group: string): string;
  /** Committed positions by group and partition. */
  positions(): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>>;
  lag(bounds: Bounds): Promise<GroupLag[]>;
  /** How many members each has; 0 where there is none. */
  readers(groups: readonly string[]): Promise<ReadonlyMap<string, number>>;
  forget(group: string): Promise<void>;
}

const oneRecordBytes = 1;

export function createGroups(client: Client, connection: Connection, stream: string, topic: string): Groups {
  const id = (group: string) => `${topic}:${group}`;
  /** When the record at a position was written does not change: asked once per position. */
  const ages = new Map<string, { readonly offset: number; readonly at: number }>();

  async function positions() {
    const { groups } = await client.admin.listGroups();
    const found = new Map<string, ReadonlyMap<number, number>>();
    for (const { groupId } of groups) {
      if (!groupId.startsWith(id(''))) continue;
      const [offsets] = await client.admin.fetchOffsets({ groupId, topics: [topic] });
      const known = offsets?.partitions.filter(({ offset }) => Number(offset) >= 0) ?? [];
      if (known.length > 0)
        found.set(
          groupId.slice(id('').length),
          new Map(known.map(({ partition, offset }) => [partition, Number(offset)])),
        );
    }
    return found;
  }

  async function writtenAt(group: string, partition: number, offset: number): Promise<number> {
    const key = `${group}/${partition}`;
    const known = ages.get(key);
    if (known?.offset === offset) return known.at;
    const { messages } = await fetchFrom(connection, topic, { partition, offset }, oneRecordBytes);
    const at = Number(messages[0]?.timestamp ?? Date.now());
    ages.set(key, { offset, at });
    return at;
  }

  async function lagOf(group: string, committed: ReadonlyMap<number, number>, { first, end }: Bounds) {
    const now = Date.now();
    let records = 0;
    let oldest = now;
    for (const [partition, next] of end) {
      const begin = first.get(partition) ?? 0;
      const position = Math.max(committed.get(partition) ?? begin, begin);
      if (position >= next) continue;
      records += next - position;
      oldest = Math.min(oldest, await writtenAt(group, partition, position));
    }
    return { group, records, seconds: (now - oldest) / 1_000 };
  }

  return {
    id,
    positions,
    async lag(bounds) {
      const lags: GroupLag[] = [];
      for (const [group, committed] of await positions()) lags.push(await lagOf(group, committed, bounds));
      return lags;
    },
    async readers(groups) {
      const { groups: found } = await client.admin.describeGroups(groups.map(id));
      const members = new Map(found.map((one) => [one.groupId, one.members.length]));
      return new Map(groups.map((group) => [group, members.get(id(group)) ?? 0]));
    },
    async forget(group) {
      try {
        await client.admin.deleteGroups([id(group)]);
      } catch (error) {
        const [inner = error] =
          (error as { groups?: { error?: unknown }[] }).groups?.map((one) => one.error) ?? [];
        const type = protocolError(inner) ?? reasonOf(inner);
        if (type === 'NON_EMPTY_GROUP') throw errors.GROUP_TAKEN({ group, stream });
        if (type !== 'GROUP_ID_NOT_FOUND') throw error;
      }
      for (const key of ages.keys()) if (key.startsWith(`${group}/`)) ages.delete(key);
    },
  };
}
