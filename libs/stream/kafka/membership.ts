import { setTimeout } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Logger } from '../logger.ts';
import { assign, type GroupMember, metadataOf } from './assign.ts';
import type { Connection } from './client.ts';
import { type Node, protocolError, reasonOf, type TopicOffsets } from './protocol.ts';

/** A partition that came to this member, and where to begin. */
export interface Assigned {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
}

export interface MembershipConfig {
  readonly connection: Connection;
  readonly groupId: string;
  readonly topics: () => readonly string[];
  /** Where a partition without a committed position begins, at this member's first join; later ones are new: `earliest`. */
  readonly from: 'earliest' | 'latest';
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly log: Logger;
  readonly assigned: (partitions: readonly Assigned[]) => void;
  /**
   * All partitions go, perhaps to come again: resolves when nothing of them is under way and what may be committed is.
   * `lost`: others have them already.
   */
  readonly revoked: (lost: boolean) => Promise<void>;
}

type Change = 'rebalance' | 'lost' | 'asked';

const rebalanceTimeoutMs = 60_000;
/** A cluster that has just started makes its groups' topic first. */
const startWithinMs = 30_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
const leaveWithinMs = 1_000;
const protocolName = 'RoundRobinAssigner';
/** The coordinator knows this member no longer, or only as it was: what it held is another's. */
const lostErrors = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

/**
 * One member of a consumer group, by Kafka's classic protocol with eager rebalancing: joins, keeps its session alive
 * whatever its partitions' handlers do, gives everything up before it joins again, and commits as the member it is, so
 * that positions can't be moved by one whose partitions went to others.
 */
export class Membership {
  readonly #config: MembershipConfig;
  readonly #stop = new AbortController();
  #coordinator: Node | undefined;
  #memberId = '';
  #generation = -1;
  #joins = 0;
  #change: Change | undefined;
  #changed = () => {};
  #run: Promise<void> | undefined;

  constructor(config: MembershipConfig) {
    this.#config = config;
  }

  /** Resolves with the first assignment; rejects where there is none within half a minute. */
  async start(): Promise<void> {
    await this.#insistOnJoining(Date.now() + startWithinMs);
    this.#run = this.#live();
  }

  /** The topics or their partitions changed. */
  rejoin(): void {
    this.#signal('asked');
  }

  /**
   * False where the partitions are not this member's any more; the positions then stay as they are. Rejects on
   * anything else that failed.
   */
  async commit(topics: readonly TopicOffsets[]): Promise<boolean> {
    const generation = this.#generation;
    try {
      const node = await this.#node();
      await node.offsetCommit({ ...this.#identity(), topics });
      return true;
    } catch (error) {
      const type = protocolError(error) ?? '';
      if (lostErrors.has(type) && generation === this.#generation) this.#signal('lost');
      if (lostErrors.has(type) || type === 'REBALANCE_IN_PROGRESS') return false;
      this.#coordinator = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#changed();
    await this.#run;
    if (this.#memberId === '') return;
    const { groupId } = this.#config;
    const left = this.#node().then((node) => node.leaveGroup({ groupId, memberId: this.#memberId }));
    await Promise.race([left.catch(() => {}), setTimeout(leaveWithinMs, undefined, { ref: false })]);
  }

  async #live(): Promise<void> {
    for (;;) {
      await this.#stay();
      if (this.#stop.signal.aborted) return;
      await this.#insistOnJoining(Number.POSITIVE_INFINITY);
    }
  }

  async #insistOnJoining(until: number): Promise<void> {
    for (let pause = firstPauseMs; !this.#stop.signal.aborted; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        return await this.#join();
      } catch (error) {
        if (Date.now() > until) throw error;
        const type = protocolError(error) ?? '';
        if (lostErrors.has(type)) this.#memberId = '';
        if (type === 'REBALANCE_IN_PROGRESS') pause = firstPauseMs;
        else this.#warn(error, 'could not join its group; trying again');
        this.#coordinator = undefined;
        await setTimeout(pause, undefined, { signal: this.#stop.signal }).catch(() => {});
        await this.#config.connection.refresh();
      }
    }
  }

  async #join(): Promise<void> {
    const { connection, groupId, sessionTimeoutMs: sessionTimeout } = this.#config;
    const topics = [...this.#config.topics()];
    this.#change = undefined;
    const node = await this.#node();
    const joined = await node.joinGroup({
      groupId,
      sessionTimeout,
      rebalanceTimeout: rebalanceTimeoutMs,
      memberId: this.#memberId,
      groupProtocols: [{ name: protocolName, metadata: metadataOf(topics) }],
    });
    this.#memberId = joined.memberId;
    this.#generation = joined.generationId;
    const groupAssignment = joined.leaderId === joined.memberId ? await this.#assign(joined.members) : [];
    const { memberAssignment } = await node.syncGroup({
      groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupAssignment,
    });
    const mine = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {};
    if (Object.keys(mine).length > 0) await connection.watch(Object.keys(mine));
    const starts = await this.#starts(mine);
    this.#joins++;
    this.#config.assigned(starts);
  }

  async #assign(members: readonly GroupMember[]) {
    const { connection } = this.#config;
    await connection.refresh();
    return assign(members, (topic) => connection.partitions(topic));
  }

  /**
   * A group that is known keeps what it has yet to read, and `latest` means now, also after a crash: so where it
   * begins is committed at once.
   */
  async #starts(mine: Readonly<Record<string, readonly number[]>>): Promise<Assigned[]> {
    const { groupId, connection } = this.#config;
    const from = this.#joins === 0 ? this.#config.from : 'earliest';
    const topics = Object.entries(mine).map(([topic, partitions]) => ({
      topic,
      partitions: partitions.map((partition) => ({ partition })),
    }));
    if (topics.length === 0) return [];
    const { responses } = await (await this.#node()).offsetFetch({ groupId, topics });
    const starts: Assigned[] = [];
    const fresh: TopicOffsets[] = [];
    for (const { topic, partitions } of responses) {
      const unknown = partitions.filter(({ offset }) => Number(offset) < 0).map(({ partition }) => partition);
      const begin = unknown.length === 0 ? new Map() : await connection.offsets(topic, unknown, from);
      for (const { partition, offset } of partitions)
        starts.push({ topic, partition, start: begin.get(partition) ?? Number(offset) });
      if (unknown.length > 0)
        fresh.push({
          topic,
          partitions: unknown.map((partition) => ({ partition, offset: String(begin.get(partition)) })),
        });
    }
    if (fresh.length > 0) await (await this.#node()).offsetCommit({ ...this.#identity(), topics: fresh });
    return starts;
  }

  /** Until there is a reason to join again. Heartbeats go on until everything is given up. */
  async #stay(): Promise<void> {
    const done = new AbortController();
    const beating = this.#beat(done.signal);
    while (this.#change === undefined && !this.#stop.signal.aborted)
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    await this.#config.revoked(this.#change === 'lost');
    done.abort();
    await beating;
  }

  async #beat(done: AbortSignal): Promise<void> {
    const { heartbeatMs, sessionTimeoutMs } = this.#config;
    let alive = Date.now();
    while (!done.aborted) {
      await setTimeout(heartbeatMs, undefined, { signal: done }).catch(() => {});
      if (done.aborted) return;
      try {
        await (await this.#node()).heartbeat(this.#identity());
        alive = Date.now();
      } catch (error) {
        const type = protocolError(error) ?? '';
        if (type === 'REBALANCE_IN_PROGRESS') {
          alive = Date.now();
          this.#signal('rebalance');
          continue;
        }
        if (lostErrors.has(type) || Date.now() - alive > sessionTimeoutMs) {
          this.#warn(error, 'lost its partitions');
          return this.#signal('lost');
        }
        this.#coordinator = undefined;
        await this.#config.connection.refresh();
      }
    }
  }

  #signal(change: Change): void {
    this.#change ??= change;
    this.#changed();
  }

  #identity() {
    return { groupId: this.#config.groupId, groupGenerationId: this.#generation, memberId: this.#memberId };
  }

  async #node(): Promise<Node> {
    this.#coordinator ??= await this.#config.connection.coordinator(this.#config.groupId);
    return this.#coordinator;
  }

  #warn(error: unknown, what: string): void {
    this.#config.log.warn({ group: this.#config.groupId, reason: reasonOf(error) }, `a consumer ${what}`);
  }
}
