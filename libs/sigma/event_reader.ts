import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { Cell } from './cell.ts';
import { datasetFacts, datasetKey } from './dataset_sources.ts';
import { joinedArguments, joinedUser } from './ecs_joined.ts';
import {
  ecsFields,
  ecsRoots,
  ecsSystemPaths,
  namelessData,
  namespaces,
  sameFields,
  winlogPaths,
} from './field_names.ts';
import { FieldSlots } from './field_slots.ts';
import { Leaves, textOfLeaves } from './leaves.ts';
import type { Matcher, SourceFacts } from './logsources.ts';
import { addPath, childOf, createPathTree, type PathNode } from './path_tree.ts';
import { type EventView, type Shape, viewOf } from './view.ts';
import { productsOf } from './windows_sources.ts';
import { eventTypeIn, isEntryType, keywordMask, levelForms } from './windows_values.ts';

/** Where a field's value came from; the lower wins. */
const rank = { data: 0, system: 1, root: 2, same: 3, ecsSystem: 4, ecs: 5 } as const;

interface Alias {
  readonly to: number;
  readonly rank: number;
  /** Only for events of this shape; null for all. */
  readonly shape: Shape | null;
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
  private readonly slots = new FieldSlots();
  private readonly known = new Map<string, Source>();
  private event: JsonObject = {};
  private view: EventView = viewOf({});
  private readonly leafPool = new Leaves();
  private readonly joined = new Cell();
  private leafCells: readonly Cell[] | null = null;
  private readonly channel: number;
  private readonly eventId: number;
  private readonly provider: number;
  private readonly eventType: number;
  private readonly level: number;
  private readonly keywords: number;
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
    for (const [from, to] of sameFields) this.alias(from, to, rank.same, null);
    for (const [path, to] of ecsSystemPaths) this.alias(path, to, rank.ecsSystem, null);
    for (const from of namelessData) this.alias(from, 'Data', rank.same, 'winlog');
    // A Windows source's own fields say all that ECS says of them, so ECS's names are for the others.
    for (const { field, take, paths } of ecsFields) {
      paths.forEach((path, i) => {
        this.alias(path, field, rank.ecs + (take === 'first' ? i : 0), 'other');
      });
    }
  }

  /** The number of a field that rules ask for; undefined for one that none asks for. */
  idOf(field: string): number | undefined {
    return this.ids.get(field);
  }

  get fieldCount(): number {
    return this.slots.size;
  }

  read(event: JsonObject): void {
    this.slots.clear();
    this.leafCells = null;
    this.event = event;
    this.view = viewOf(event);
    const { data, system, winlog, shape } = this.view;
    for (const { path, object } of data) this.walk(object, this.fieldTree, path, rank.data);
    const systemPath = isObject(event.Event) ? 'Event.System.' : 'System.';
    if (system !== null) this.walk(system, this.systemTree, systemPath, rank.system);
    if (winlog !== null) this.walk(winlog, this.winlogTree, 'winlog.', rank.system);
    this.walk(event, this.fieldTree, '', rank.root);
    if (shape === 'other') this.walkNamespaces();
    this.applyAliases();
    if (shape === 'flat') this.mendEventType();
    const source = this.source();
    this.facts = source.facts;
    for (const { from, to } of source.fields) this.copy(from, to, rank.same);
    this.addWindowsForms();
  }

  /** Fields that the event may have, without repetition. */
  get touched(): readonly number[] {
    return this.slots.touched;
  }

  /** Whether the event has the field, be its value null or empty. */
  has(field: number): boolean {
    return this.slots.count(field) > 0;
  }

  /** How many values the field has: more than one in an array. */
  count(field: number): number {
    return this.slots.count(field);
  }

  /** The value at `index`, which is below {@link count}. */
  cell(field: number, index: number): Cell {
    return this.slots.cell(field, index);
  }

  /** Every text and number of the whole event, for keywords; collected when first asked for. */
  leaves(): readonly Cell[] {
    this.leafCells ??= this.leafPool.collect(this.event, this.view.shape);
    return this.leafCells;
  }

  /** The same in one text, for finding what may be a keyword; it holds until the next call. */
  allLeaves(): Cell {
    this.joined.set(textOfLeaves(this.event, this.view.shape), '', '');
    return this.joined;
  }

  private register(field: string): number {
    const known = this.ids.get(field);
    if (known !== undefined) return known;
    const id = this.slots.grow();
    this.ids.set(field, id);
    addPath(this.fieldTree, field.split('.'), id);
    addPath(this.systemTree, [field], id);
    const [element, ...attribute] = field.split('_');
    if (element !== undefined && attribute.length > 0) {
      addPath(this.systemTree, [element, '#attributes', attribute.join('_')], id);
      addPath(this.systemTree, [`${element}_attributes`, attribute.join('_')], id);
    }
    return id;
  }

  private alias(from: string, to: string, at: number, shape: Shape | null): void {
    const target = this.ids.get(to);
    if (target === undefined) return;
    const source = this.register(from);
    const list = this.aliases.get(source) ?? [];
    list.push({ to: target, rank: at, shape });
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
    if (this.slots.open(field, at)) this.slots.add(field, value, where, key);
  }

  private applyAliases(): void {
    const { shape } = this.view;
    for (let i = 0, n = this.slots.touched.length; i < n; i++) {
      const field = this.slots.touched[i] as number;
      const aliases = this.aliases.get(field);
      if (aliases === undefined) continue;
      for (const alias of aliases)
        if (alias.shape === null || alias.shape === shape) this.copy(field, alias.to, alias.rank);
    }
    if (shape === 'other') this.makeFromSeveral();
  }

  private copy(from: number, to: number, at: number): void {
    if (!this.has(from) || !this.slots.open(to, at)) return;
    for (let i = 0, n = this.count(from); i < n; i++) {
      const { value, path } = this.cell(from, i);
      this.slots.add(to, value, '', path);
    }
  }

  /** ECS splits what Windows writes as one: better than the user's name alone, worse than a whole command line. */
  private makeFromSeveral(): void {
    const user = this.ids.get('User');
    const name = user === undefined ? null : joinedUser(this.event);
    if (user !== undefined && name !== null) this.put(user, name, rank.ecsSystem, '', 'user.name');
    const line = this.ids.get('CommandLine');
    const text = line === undefined ? null : joinedArguments(this.event);
    if (line !== undefined && text !== null) this.put(line, text, rank.ecs + 1, '', 'process.args');
  }

  /** nxlog writes its own type over Sysmon's; Sysmon's is in the message, or else unknown. */
  private mendEventType(): void {
    if (this.count(this.eventType) !== 1 || !isEntryType(this.cell(this.eventType, 0).value)) return;
    const { Message: message } = this.event;
    const type = typeof message === 'string' ? eventTypeIn(message) : null;
    if (type === null) this.slots.remove(this.eventType);
    else this.cell(this.eventType, 0).set(type, '', 'Message');
  }

  /** Level and keyword mask are written differently by different collectors; a rule may ask for any form. */
  private addWindowsForms(): void {
    if (this.level >= 0 && this.has(this.level)) {
      const { value, path } = this.cell(this.level, 0);
      for (const form of levelForms(value))
        if (form !== String(value)) this.slots.add(this.level, form, '', path);
    }
    if (this.keywords >= 0) {
      for (let i = 0, n = this.count(this.keywords); i < n; i++) {
        const { value, path } = this.cell(this.keywords, i);
        const mask = keywordMask(value);
        if (mask !== null) this.slots.add(this.keywords, mask, '', path);
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
