import { matchId } from '@tidewatch/event/ids';
import { fold } from '../fold.ts';
import type { Evidence, Firing } from './firing.ts';
import { Group, type GroupState } from './group.ts';
import type { CorrelationPlan, PlanNode } from './plan.ts';
import { measuredValue, type Occurrence } from './timeline.ts';

/** A group of a correlation within an instance, and what it has told the one above. */
interface Member {
  readonly group: Group;
  readonly node: number;
  /** The group's values, as the first event wrote them. */
  readonly values: readonly string[];
  /** Times of findings that the correlation above has been given, and that may be taken back. */
  given: number[];
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

/** Identifies a group whatever the case its values are written in. */
export const groupId = (values: readonly string[]): string => JSON.stringify(values.map(fold));

/** The id of one finding: the same for the same correlation, group and time. */
export const findingId = (node: PlanNode, values: readonly string[], at: number): string =>
  matchId(node.id, `${groupId(values)}@${at}`);

/** One group of a plan's root, with the groups of the correlations below that feed it. */
export class Instance {
  readonly plan: CorrelationPlan;
  /** The values of the root's group: of the spellings that came, the one that sorts first, whatever the order. */
  values: readonly string[];
  /** What was last said of each bucket. */
  readonly said: Map<number, string>;
  /** Up to when everything was known when it was judged last. */
  private judged: number;
  private readonly members = new Map<string, Member>();
  private readonly touched = new Set<Member>();

  constructor(plan: CorrelationPlan, values: readonly string[], state?: InstanceState) {
    this.plan = plan;
    this.values = values;
    this.said = new Map(state?.said);
    this.judged = state?.judged ?? Number.NEGATIVE_INFINITY;
    for (const member of state?.members ?? [])
      this.addMember(member.node, member.values, [...member.given], member.group);
  }

  /** Events that are kept. */
  get size(): number {
    let size = 0;
    for (const { group } of this.members.values()) size += group.size;
    return size;
  }

  /** Takes an event that matched a rule of one of the plan's correlations. */
  insert(node: number, values: readonly string[], occurrence: Occurrence): void {
    const member = this.member(node, values);
    const root = this.nodeAt(node).rootGroup.map((place) => values[place] as string);
    if (root.join() < this.values.join()) this.values = root;
    if (member.group.insert(occurrence)) this.touched.add(member);
  }

  /** Judges what was touched and what is due, the lower correlations first. */
  judge(complete: number): void {
    this.plan.nodes.forEach((_, node) => {
      for (const member of this.members.values()) {
        if (member.node !== node || !(this.touched.has(member) || member.group.due() < complete)) continue;
        member.group.judge(complete);
        this.pass(member, complete);
      }
    });
    this.touched.clear();
    this.judged = complete;
  }

  /** The root's findings, in order of time. */
  firings(): readonly Firing[] {
    return this.members.get(keyOf(this.root, this.values))?.group.firings ?? [];
  }

  /** Gives up the findings of settled buckets, and those below that none of the root's can rest on any more. */
  tidy(complete: number): void {
    const { bucketMs } = this.plan;
    const unsettled = Math.ceil((complete - this.settles(0)) / bucketMs) * bucketMs;
    for (const [key, { node, group }] of this.members) {
      group.forget(node === this.root ? unsettled : complete - this.keptMs);
      if (node !== this.root && group.size === 0 && group.firings.length === 0) this.members.delete(key);
    }
  }

  /** The earliest time at which, once everything before it is known, there is something to do; Infinity where nothing is. */
  due(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { group, node } of this.members.values()) {
      due = Math.min(due, group.due());
      const [first] = node === this.root ? [] : group.firings;
      if (first !== undefined) due = Math.min(due, first.at + this.keptMs);
    }
    for (const bucket of this.said.keys()) due = Math.min(due, this.settles(bucket));
    return due;
  }

  /** When a bucket's findings change no more: what comes within the timespan still joins the last. */
  settles(bucket: number): number {
    return bucket + this.plan.bucketMs + this.nodeAt(this.root).timespanMs;
  }

  /** Events that were given up since this was last asked. */
  takeEvicted(): number {
    let evicted = 0;
    for (const { group } of this.members.values()) {
      evicted += group.evicted;
      group.evicted = 0;
    }
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
    const members = [...this.members.values()].map(({ node, values, given, group }) => ({
      node,
      values,
      given,
      group: group.toJSON(),
    }));
    const judged = Number.isFinite(this.judged) ? this.judged : null;
    return { plan: this.plan.key, values: this.values, judged, members, said: [...this.said] };
  }

  /** How long a finding is kept that the root's may rest on, which are told of with it until they are settled. */
  private get keptMs(): number {
    return this.settles(0) + this.plan.nodes.reduce((sum, { timespanMs }) => sum + timespanMs, 0);
  }

  private get root(): number {
    return this.plan.nodes.length - 1;
  }

  private nodeAt(node: number): PlanNode {
    return this.plan.nodes[node] as PlanNode;
  }

  private member(node: number, values: readonly string[]): Member {
    return this.members.get(keyOf(node, values)) ?? this.addMember(node, values, [], undefined);
  }

  private addMember(
    node: number,
    values: readonly string[],
    given: number[],
    state: GroupState | undefined,
  ): Member {
    const member = { node, values, given, group: new Group(this.nodeAt(node), state) };
    this.members.set(keyOf(node, values), member);
    return member;
  }

  /** Tells the correlation above of findings that are new, and takes back what is no longer found. */
  private pass(member: Member, complete: number): void {
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
    const found = member.group.firings.filter(({ at }) => at >= this.judged);
    for (const at of member.given)
      if (!found.some((firing) => firing.at === at)) above.group.remove(occurrence(at, 0));
    for (const { at, dataClass } of found) above.group.insert(occurrence(at, dataClass));
    member.given = found.map(({ at }) => at).filter((at) => at >= complete);
    this.touched.add(above);
  }

  private findingOf(node: number, { id, time }: Evidence): Firing | undefined {
    for (const member of this.members.values()) {
      if (member.node !== node || findingId(this.nodeAt(node), member.values, time) !== id) continue;
      return member.group.firings.find(({ at }) => at === time);
    }
    return undefined;
  }
}

const keyOf = (node: number, values: readonly string[]): string => `${node} ${groupId(values)}`;
