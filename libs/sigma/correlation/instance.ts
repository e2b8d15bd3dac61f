import { matchId } from '@tidewatch/event/ids';
import { fold } from '../fold.ts';
import { createDueQueue, type Due, type DueQueue } from './due_queue.ts';
import type { Evidence, Firing } from './firing.ts';
import { Group, type GroupState } from './group.ts';
import { type CorrelationPlan, type PlanNode, restOf } from './plan.ts';
import { measuredValue, type Occurrence } from './timeline.ts';

/** A group of a correlation within an instance, and what it has told the one above. */
interface Member extends Due {
  readonly group: Group;
  readonly node: number;
  /** The group's values, as the first event wrote them. */
  readonly values: readonly string[];
  /** Times of findings that the correlation above has been given, and that may be taken back. */
  given: readonly number[];
  /** Its events, as the instance counts them. */
  counted: number;
}

export interface InstanceState {
  readonly plan: string;
  readonly values: readonly string[];
  readonly judged: number | null;
  readonly members: readonly {
    readonly node: number;
    readonly values: readonly string[];
    readonly given: readonly number[];
    readonly group: GroupState;
  }[];
  readonly said: readonly (readonly [bucket: number, digest: string])[];
}

const none: readonly never[] = [];

/** Identifies a group whatever the case its values are written in. */
export const groupId = (values: readonly string[]): string => JSON.stringify(values.map(fold));

/** The values of the root's group that a node's group belongs to; the root's own are the same. */
export const rootValues = (
  { nodes }: CorrelationPlan,
  node: number,
  values: readonly string[],
): readonly string[] =>
  nodes.length === 1 ? values : (nodes[node] as PlanNode).rootGroup.map((place) => values[place] as string);

/** The id of one finding: the same for the same correlation, group and time. */
export const findingId = (node: PlanNode, values: readonly string[], at: number): string =>
  matchId(node.id, `${groupId(values)}@${at}`);

/**
 * One group of a plan's root, with the groups of the correlations below that feed it. There may be very many, most of
 * one event and one correlation: what few of them need is made when it is needed.
 */
export class Instance implements Due {
  /** Set by the queue that it is in. */
  dueAt = Number.POSITIVE_INFINITY;
  /** What it is known by. */
  readonly key: string;
  readonly plan: CorrelationPlan;
  /** The values of the root's group: of the spellings that came, the one that sorts first, whatever the order. */
  values: readonly string[];
  /** What was last said of each bucket; null where nothing was. */
  said: Map<number, string> | null;
  /** Up to when everything was known when it was judged last. */
  private judged: number;
  /** The only one, where the root is all there is; */
  private only: Member | null = null;
  /** otherwise all, with when they are due, */
  private readonly members: Map<string, Member> | null;
  private readonly queue: DueQueue<Member> | null;
  /** and what has to be judged. */
  private touched: Set<Member> | null = null;
  /** What was judged and is not tidied up yet. */
  private round: readonly Member[] = none;
  private events = 0;
  private evicted = 0;

  constructor(key: string, plan: CorrelationPlan, values: readonly string[], state?: InstanceState) {
    this.key = key;
    this.plan = plan;
    this.values = values;
    const alone = plan.nodes.length === 1;
    this.members = alone ? null : new Map();
    this.queue = alone ? null : createDueQueue<Member>();
    this.said = state === undefined || state.said.length === 0 ? null : new Map(state.said);
    this.judged = state?.judged ?? Number.NEGATIVE_INFINITY;
    for (const { node, values: own, given, group } of state?.members ?? [])
      this.settle(this.addMember(node, own, given, group));
  }

  /** Events that are kept. */
  get size(): number {
    return this.events;
  }

  /** Takes an event that matched a rule of one of the plan's correlations. */
  insert(node: number, values: readonly string[], occurrence: Occurrence): void {
    const member = this.member(node, values);
    const root = rootValues(this.plan, node, values);
    if (root.join() < this.values.join()) this.values = root;
    if (member.group.insert(occurrence)) this.touch(member);
  }

  /** Judges what was touched and what is due, the lower correlations first; {@link tidy} is to follow. */
  judge(complete: number): void {
    const before = this.judged;
    this.judged = complete;
    if (this.only !== null) {
      this.only.group.judge(complete);
      return;
    }
    this.judgeAll(complete, before);
  }

  private judgeAll(complete: number, before: number): void {
    for (const member of this.queue?.takeBefore(complete) ?? none) this.touch(member);
    const round: Member[] = [];
    // What is judged touches what is above it.
    for (let node = 0; node <= this.root; node++)
      for (const member of this.touched ?? []) {
        if (member.node !== node) continue;
        member.group.judge(complete);
        this.pass(member, complete, before);
        round.push(member);
      }
    this.touched = null;
    this.round = round;
  }

  /** The root's findings, in order of time. */
  firings(): readonly Firing[] {
    return this.rootGroup?.firings ?? none;
  }

  /** Gives up the findings of settled buckets, and those below that none of the root's can rest on any more. */
  tidy(complete: number): void {
    const { bucketMs } = this.plan;
    const unsettled = Math.ceil((complete - this.settles(0)) / bucketMs) * bucketMs;
    this.rootGroup?.forget(unsettled);
    if (this.only !== null) this.settle(this.only);
    for (const member of this.round) {
      const { node, values, group } = member;
      if (node !== this.root) group.forget(complete - this.keptMs);
      this.settle(member);
      if (node !== this.root && group.size === 0 && group.firings.length === 0)
        this.members?.delete(keyOf(node, values));
    }
    this.round = none;
  }

  /** The earliest time at which, once everything before it is known, there is something to do; Infinity where nothing is. */
  due(): number {
    let due = this.queue?.soonest() ?? this.rootGroup?.due() ?? Number.POSITIVE_INFINITY;
    for (const bucket of this.said?.keys() ?? none) due = Math.min(due, this.settles(bucket));
    return due;
  }

  /** When a bucket's findings change no more: what comes soon after still joins the last. */
  settles(bucket: number): number {
    return bucket + this.plan.bucketMs + restOf(this.nodeAt(this.root));
  }

  /** Events that were given up since this was last asked. */
  takeEvicted(): number {
    const { evicted } = this;
    this.evicted = 0;
    return evicted;
  }

  /** The events on single rules that a finding rests on, with the place of their rule among the plan's feeds. */
  evidence(node: number, firing: Firing): (Evidence & { readonly feed: number })[] {
    return firing.evidence.flatMap((one) => {
      const feed = this.plan.feeds.findIndex((each) => each.node === node && each.input === one.input);
      if (feed !== -1) return [{ ...one, feed }];
      const below = this.plan.nodes.findIndex(
        ({ parent }) => parent?.node === node && parent.input === one.input,
      );
      const found = this.findingOf(below, one);
      return found === undefined ? [] : this.evidence(below, found);
    });
  }

  toJSON(): InstanceState {
    const members = this.all().map(({ node, values, given, group }) => ({
      node,
      values,
      given,
      group: group.toJSON(),
    }));
    const judged = Number.isFinite(this.judged) ? this.judged : null;
    return { plan: this.plan.key, values: this.values, judged, members, said: [...(this.said ?? none)] };
  }

  /** How long a finding is kept that the root's may rest on, which are told of with it until they are settled. */
  private get keptMs(): number {
    return this.settles(0) + this.plan.nodes.reduce((sum, { timespanMs }) => sum + timespanMs, 0);
  }

  private get rootGroup(): Group | undefined {
    return (this.only ?? this.members?.get(keyOf(this.root, this.values)))?.group;
  }

  private get root(): number {
    return this.plan.nodes.length - 1;
  }

  private nodeAt(node: number): PlanNode {
    return this.plan.nodes[node] as PlanNode;
  }

  private all(): Member[] {
    return this.members === null ? (this.only === null ? [] : [this.only]) : [...this.members.values()];
  }

  private member(node: number, values: readonly string[]): Member {
    const known = this.members === null ? this.only : this.members.get(keyOf(node, values));
    return known ?? this.addMember(node, values, none, undefined);
  }

  private addMember(
    node: number,
    values: readonly string[],
    given: readonly number[],
    state: GroupState | undefined,
  ): Member {
    const group = new Group(this.nodeAt(node), state);
    const member = { node, values, given, counted: 0, group, dueAt: Number.POSITIVE_INFINITY };
    if (this.members === null) this.only = member;
    else this.members.set(keyOf(node, values), member);
    return member;
  }

  /** Tells the correlation above of findings that are new, and takes back what is no longer found. */
  private pass(member: Member, complete: number, judged: number): void {
    const node = this.nodeAt(member.node);
    if (node.parent === null) return;
    const { input, group, values } = node.parent;
    const pick = (places: readonly number[]): string[] =>
      places.map((place) => member.values[place] as string);
    const above = this.member(node.parent.node, pick(group));
    const occurrence = (at: number, dataClass: number): Occurrence => ({
      time: at,
      id: findingId(node, member.values, at),
      input,
      dataClass,
      value: measuredValue(above.group.node, pick(values)),
    });
    const found = member.group.firings.filter(({ at }) => at >= judged);
    for (const at of member.given)
      if (!found.some((firing) => firing.at === at)) above.group.remove(occurrence(at, 0));
    for (const { at, dataClass } of found) above.group.insert(occurrence(at, dataClass));
    member.given = found.map(({ at }) => at).filter((at) => at >= complete);
    this.touch(above);
  }

  private touch(member: Member): void {
    if (this.members === null) return;
    this.touched ??= new Set();
    this.touched.add(member);
  }

  /** Notes what a member keeps, and when it is due: when its group is, or when its first finding is not asked for any more. */
  private settle(member: Member): void {
    const { node, group } = member;
    this.events += group.size - member.counted;
    member.counted = group.size;
    this.evicted += group.evicted;
    group.evicted = 0;
    const [first] = node === this.root ? [] : group.firings;
    this.queue?.put(member, Math.min(group.due(), (first?.at ?? Number.POSITIVE_INFINITY) + this.keptMs));
  }

  private findingOf(node: number, { id, time }: Evidence): Firing | undefined {
    for (const member of this.all()) {
      const found = member.node === node ? member.group.firings.find(({ at }) => at === time) : undefined;
      if (found !== undefined && findingId(this.nodeAt(node), member.values, time) === id) return found;
    }
    return undefined;
  }
}

const keyOf = (node: number, values: readonly string[]): string => `${node} ${groupId(values)}`;
