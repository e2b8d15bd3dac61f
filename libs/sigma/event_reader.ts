import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { Cell } from './cell.ts';
import { datasetFacts, datasetKey } from './dataset_sources.ts';
import { ecsFields, ecsRoots, ecsSystemPaths, namespaces, sameFields, winlogPaths } from './field_names.ts';
import { Leaves } from './leaves.ts';
import type { Matcher, SourceFacts } from './logsources.ts';
import { addPath, childOf, createPathTree, type PathNode } from './path_tree.ts';
import { type EventView, viewOf } from './view.ts';
import { eventTypeIn, isEntryType, keywordMask, levelForms } from './windows_values.ts';

/** Where a field's value came from; the lower wins. */
const rank = { data: 0, system: 1, root: 2, same: 3, ecsSystem: 4, ecs: 5 } as const;

interface Alias {
  readonly to: number;
  readonly rank: number;
  /** Only for events that carry no fields of a Windows source, which say all that ECS says. */
  readonly ecs: boolean;
}

/** What is known about all events of one source. */
interface Source {
  readonly facts: SourceFacts;
  /** Fields to be known by a second name. */
  readonly fields: readonly { readonly from: number; readonly to: number }[];
}

/** How many different sources are remembered; hostile events could otherwise fill the memory. */
const factsLimit = 4_096;

/**
 * Reads the fields that the rules ask for out of one event after the other. All state is reused, so that an event
 * costs one walk over it and nearly no allocation; what is read holds until the next {@link read}.
 */
export class EventReader {
  private readonly ids = new Map<string, number>();
  private readonly fieldTree = createPathTree();
  private readonly systemTree = createPathTree();
  private readonly winlogTree = createPathTree();
  private readonly aliases = new Map<number, Alias[]>();
  private readonly matcher: Matcher;
  private readonly cells: Cell[][] = [];
  private readonly counts: number[] = [];
  private readonly ranks: number[] = [];
  private readonly stamps: number[] = [];
  private readonly known = new Map<string, Source>();
  private stamp = 0;
  private event: JsonObject = {};
  private view: EventView = viewOf({});
  private readonly leafPool = new Leaves();
  private leafCells: readonly Cell[] | null = null;
  private readonly channel: number;
  private readonly eventId: number;
  private readonly provider: number;
  private readonly eventType: number;
  private readonly level: number;
  private readonly keywords: number;
  /** Fields that the last event has, without repetition. */
  readonly touched: number[] = [];
  facts: SourceFacts = {};

  constructor(fields: Iterable<string>, matcher: Matcher) {
    this.matcher = matcher;
    for (const field of fields) this.register(field);
    this.channel = this.register('Channel');
    this.eventId = this.register('EventID');
    this.provider = this.register('Provider_Name');
    this.eventType = this.register('EventType');
    this.level = this.ids.get('Level') ?? -1;
    this.keywords = this.ids.get('Keywords') ?? -1;
    for (const [path, field] of winlogPaths) {
      const id = this.ids.get(field);
      if (id !== undefined) addPath(this.winlogTree, path.split('.'), id);
    }
    for (const [from] of matcher.fields) this.register(from);
    for (const [from, to] of sameFields) this.alias(from, to, rank.same, false);
    for (const [path, to] of ecsSystemPaths) this.alias(path, to, rank.ecsSystem, false);
    for (const { field, take, paths } of ecsFields) {
      paths.forEach((path, i) => {
        this.alias(path, field, rank.ecs + (take === 'first' ? i : 0), true);
      });
    }
  }

  /** The number of a field that rules ask for; undefined for one that none asks for. */
  idOf(field: string): number | undefined {
    return this.ids.get(field);
  }

  get fieldCount(): number {
    return this.cells.length;
  }

  read(event: JsonObject): void {
    this.stamp++;
    this.touched.length = 0;
    this.leafCells = null;
    this.event = event;
    this.view = viewOf(event);
    for (const { path, object } of this.view.data) this.walk(object, this.fieldTree, path, rank.data);
    if (this.view.system !== null) {
      this.walk(
        this.view.system,
        this.systemTree,
        isObject(event.Event) ? 'Event.System.' : 'System.',
        rank.system,
      );
    }
    if (this.view.winlog !== null) this.walk(this.view.winlog, this.winlogTree, 'winlog.', rank.system);
    this.walk(event, this.fieldTree, '', rank.root);
    if (this.view.shape === 'other') this.walkNamespaces();
    this.applyAliases();
    if (this.view.shape === 'flat') this.mendEventType();
    const source = this.source();
    this.facts = source.facts;
    for (const { from, to } of source.fields) this.copy(from, to, rank.same);
    this.addWindowsForms();
  }

  /** Whether the event has the field, be its value null or empty. */
  has(field: number): boolean {
    return this.stamps[field] === this.stamp && (this.counts[field] as number) > 0;
  }

  /** How many values the field has: more than one in an array. */
  count(field: number): number {
    return this.stamps[field] === this.stamp ? (this.counts[field] as number) : 0;
  }

  /** The value at `index`, which is below {@link count}. */
  cell(field: number, index: number): Cell {
    return (this.cells[field] as Cell[])[index] as Cell;
  }

  /** Every text and number of the whole event, for keywords; collected when first asked for. */
  leaves(): readonly Cell[] {
    this.leafCells ??= this.leafPool.collect(this.event, this.view.shape);
    return this.leafCells;
  }

  private register(field: string): number {
    const known = this.ids.get(field);
    if (known !== undefined) return known;
    const id = this.cells.length;
    this.ids.set(field, id);
    this.cells.push([]);
    this.counts.push(0);
    this.ranks.push(0);
    this.stamps.push(-1);
    addPath(this.fieldTree, field.split('.'), id);
    addPath(this.systemTree, [field], id);
    const [element, ...attribute] = field.split('_');
    if (element !== undefined && attribute.length > 0) {
      addPath(this.systemTree, [element, '#attributes', attribute.join('_')], id);
      addPath(this.systemTree, [`${element}_attributes`, attribute.join('_')], id);
    }
    return id;
  }

  private alias(from: string, to: string, at: number, ecs: boolean): void {
    const target = this.ids.get(to);
    if (target === undefined) return;
    const source = this.register(from);
    const list = this.aliases.get(source) ?? [];
    list.push({ to: target, rank: at, ecs });
    this.aliases.set(source, list);
  }

  private walk(object: JsonObject, node: PathNode, where: string, at: number): void {
    for (const key in object) {
      const child = childOf(node, key);
      if (child === undefined) continue;
      const value = object[key] as Json;
      if (child.field >= 0 && !(isObject(value) && child.depth === 1 && ecsRoots.has(key))) {
        this.put(child.field, value, at, where, child.path);
      }
      if (child.children.size > 0) this.descend(value, child, where, at);
    }
  }

  private descend(value: Json, node: PathNode, where: string, at: number): void {
    if (Array.isArray(value)) for (const member of value) this.descend(member, node, where, at);
    else if (isObject(value)) this.walk(value, node, where, at);
  }

  /** A log's own fields may stand below the name of its data set. */
  private walkNamespaces(): void {
    const event = isObject(this.event.event) ? this.event.event : {};
    const names = new Set([event.dataset, event.module, ...namespaces]);
    for (const name of names) {
      if (typeof name !== 'string' || name === '') continue;
      let inner: Json | undefined = this.event;
      for (const key of name.split('.'))
        inner = isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined;
      if (isObject(inner)) this.walk(inner, this.fieldTree, `${name}.`, rank.root);
    }
  }

  private put(field: number, value: Json, at: number, where: string, key: string): void {
    if (!this.open(field, at)) return;
    this.add(field, value, where, key);
  }

  /** Makes room for values of this rank; false where better ones are there. */
  private open(field: number, at: number): boolean {
    if (this.stamps[field] !== this.stamp) {
      this.stamps[field] = this.stamp;
      this.ranks[field] = at;
      this.counts[field] = 0;
      this.touched.push(field);
      return true;
    }
    if (this.counts[field] === 0 || at < (this.ranks[field] as number)) {
      this.ranks[field] = at;
      this.counts[field] = 0;
      return true;
    }
    return at === this.ranks[field];
  }

  private add(field: number, value: Json, where: string, key: string): void {
    if (Array.isArray(value)) {
      for (const member of value) this.add(field, member, where, key);
      return;
    }
    if (isObject(value) && '#text' in value) {
      this.add(field, value['#text'] ?? null, where, `${key}.#text`);
      return;
    }
    const cells = this.cells[field] as Cell[];
    const index = this.counts[field] as number;
    let cell = cells[index];
    if (cell === undefined) {
      cell = new Cell();
      cells.push(cell);
    }
    cell.set(value, where, key);
    this.counts[field] = index + 1;
  }

  private applyAliases(): void {
    const ecs = this.view.shape === 'other';
    for (let i = 0, n = this.touched.length; i < n; i++) {
      const field = this.touched[i] as number;
      const aliases = this.aliases.get(field);
      if (aliases === undefined) continue;
      for (const alias of aliases) if (ecs || !alias.ecs) this.copy(field, alias.to, alias.rank);
    }
    if (ecs) this.makeFromSeveral();
  }

  private copy(from: number, to: number, at: number): void {
    if (!this.has(from) || !this.open(to, at)) return;
    for (let i = 0, n = this.count(from); i < n; i++) {
      const { value, path } = this.cell(from, i);
      this.add(to, value, '', path);
    }
  }

  /** ECS splits what Windows writes as one: `DOMAIN\user`, a command line. */
  private makeFromSeveral(): void {
    const user = this.ids.get('User');
    const { user: account, process } = this.event;
    if (
      user !== undefined &&
      this.ranks[user] === rank.ecs &&
      isObject(account) &&
      typeof account.domain === 'string'
    ) {
      this.counts[user] = 0;
      this.add(user, `${account.domain}\\${String(account.name)}`, '', 'user.name');
    }
    const commandLine = this.ids.get('CommandLine');
    if (
      commandLine !== undefined &&
      !this.has(commandLine) &&
      isObject(process) &&
      Array.isArray(process.args)
    ) {
      this.put(commandLine, process.args.map(String).join(' '), rank.ecs, '', 'process.args');
    }
  }

  /** nxlog writes its own type over Sysmon's; Sysmon's is in the message, or else unknown. */
  private mendEventType(): void {
    if (this.count(this.eventType) !== 1 || !isEntryType(this.cell(this.eventType, 0).value)) return;
    const { Message: message } = this.event;
    const type = typeof message === 'string' ? eventTypeIn(message) : null;
    if (type === null) this.counts[this.eventType] = 0;
    else this.cell(this.eventType, 0).set(type, '', 'Message');
  }

  /** Level and keyword mask are written differently by different collectors; a rule may ask for any form. */
  private addWindowsForms(): void {
    if (this.level >= 0 && this.has(this.level)) {
      const { value, path } = this.cell(this.level, 0);
      for (const form of levelForms(value)) if (form !== String(value)) this.add(this.level, form, '', path);
    }
    if (this.keywords >= 0) {
      for (let i = 0, n = this.count(this.keywords); i < n; i++) {
        const { value, path } = this.cell(this.keywords, i);
        const mask = keywordMask(value);
        if (mask !== null) this.add(this.keywords, mask, '', path);
      }
    }
  }

  private source(): Source {
    const key = this.view.shape === 'other' ? datasetKey(this.event) : this.windowsKey();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const facts = this.view.shape === 'other' ? datasetFacts(this.event) : this.windowsFacts();
    const fields = this.matcher.fieldsOf(facts).flatMap(([fromName, toName]) => {
      const from = this.ids.get(fromName);
      const to = this.ids.get(toName);
      return from === undefined || to === undefined ? [] : [{ from, to }];
    });
    if (this.known.size >= factsLimit) this.known.clear();
    const source = { facts, fields };
    this.known.set(key, source);
    return source;
  }

  private folded(field: number): string | null {
    return this.has(field) ? this.cell(field, 0).folded : null;
  }

  private windowsKey(): string {
    const eventId = this.folded(this.eventId);
    const type = eventId !== null && this.matcher.usesEventType(eventId) ? this.folded(this.eventType) : null;
    return `windows\0${this.folded(this.channel)}\0${this.folded(this.provider)}\0${eventId}\0${type}`;
  }

  private windowsFacts(): SourceFacts {
    const channel = this.folded(this.channel);
    const windows = {
      channel,
      provider: this.folded(this.provider),
      eventId: this.folded(this.eventId),
      eventType: this.folded(this.eventType),
    };
    return { windows, products: productsOf(channel) };
  }
}

/** Logs of other products that come through the Windows event log, or are written in its form. */
function productsOf(channel: string | null): ReadonlySet<string> {
  if (channel === 'linux-sysmon/operational') return new Set(['linux']);
  return new Set(channel === 'rpcfw' ? ['windows', 'rpc_firewall'] : ['windows']);
}
