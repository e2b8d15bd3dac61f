import kafkajs from 'kafkajs';

export interface GroupMember {
  readonly memberId: string;
  readonly memberMetadata: Buffer;
}

export const metadataOf = (topics: string[]): Buffer =>
  kafkajs.AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) });

/**
 * Deals the partitions of every topic out, in turn, to the members that read it. The order of members is that of their
 * ids, which they keep while they live, so that most partitions stay where they are when nobody came or went.
 */
export function assign(
  members: readonly GroupMember[],
  partitionsOf: (topic: string) => readonly number[],
): { memberId: string; memberAssignment: Buffer }[] {
  const dealt = members
    .map(({ memberId, memberMetadata }) => ({
      memberId,
      topics: new Set(kafkajs.AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics),
      assignment: {} as Record<string, number[]>,
    }))
    .sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  let turn = 0;
  for (const topic of [...new Set(dealt.flatMap(({ topics }) => [...topics]))].sort()) {
    const readers = dealt.filter(({ topics }) => topics.has(topic));
    for (const partition of [...partitionsOf(topic)].sort((a, b) => a - b)) {
      const reader = readers[turn++ % readers.length];
      if (reader !== undefined) reader.assignment[topic] = [...(reader.assignment[topic] ?? []), partition];
    }
  }
  return dealt.map(({ memberId, assignment }) => ({
    memberId,
    memberAssignment: kafkajs.AssignerProtocol.MemberAssignment.encode({
      version: 1,
      assignment,
      userData: Buffer.alloc(0),
    }),
  }));
}
