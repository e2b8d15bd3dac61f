import { isObject, type JsonObject } from '@tidewatch/event';
import { textBetween } from '@tidewatch/event/json_bytes';
import { fieldTable, readingsOf } from '../field_table/index.ts';
import { fold } from '../fold.ts';
import type { Matcher, SourceFacts } from '../logsources.ts';
import type { Found, SubstringFinder } from '../substring_finder.ts';
import { type Cell, kind } from './cell.ts';
import { type DatasetOrigin, isMixed } from './dataset_sources.ts';
import { EventDocument } from './document.ts';
import { ecsSystemPaths, namelessData, sameFields, winlogPaths } from './field_names.ts';
import { FieldSlots } from './field_slots.ts';
import { FieldWriter } from './field_writer.ts';
import { Leaves } from './leaves.ts';
import type { EventPath } from './path_note.ts';
import { addPath, createPathTree } from './path_tree.ts';
import { type FieldTrees, Profiles, rank, type Shape, shapeOf } from './profile.ts';
import { type Source, Sources } from './sources.ts';
import { eventTypeIn, isEntryType, keywordMask, levelForms } from './windows_values.ts';

/** An event as an object, or the bytes of its JSON, which are read many times as fast. */
export type EventInput = JsonObject | Uint8Array;

interface Alias {
  readonly to: number;
  readonly rank: number;
  /** Only for events of this shape; null for all. */
  readonly shape: Shape | null;
}

/**
 * Reads the fields that the rules ask for out of one event after the other. All state is reused, so that an event
 * costs one walk over its bytes and nearly no allocation; what is read holds until the next {@link read}.
 */
export class EventReader {
  private readonly ids = new Map<string, number>();
  private readonly trees: FieldTrees = {
    fields: createPathTree(),
    system: createPathTree(),
    winlog: createPathTree(),
  };
  private readonly aliases: (Alias[] | undefined)[] = [];
  private readonly matcher: Matcher;
  private readonly document = new EventDocument();
  private readonly slots = new FieldSlots(this.document.texts);
  private readonly writer = new FieldWriter(this.document, this.slots);
  private readonly profiles = new Profiles(this.trees);
  private readonly sources: Sources;
  private profile = this.profiles.of(0, null);
  private readonly keywordLeaves = new Leaves(this.document);
  private readonly allLeaves = new Leaves(this.document);
  private leafCells: readonly Cell[] | null = null;
  /** Numbers of the texts and numbers that keywords look into. */
  private readonly keywordValues: number[] = [];
  private readonly channel: number;
  private readonly eventId: number;
  private readonly provider: number;
  private readonly eventType: number;
  private readonly level: number;
  private readonly keywords: number;
  private readonly user: number;
  private readonly commandLine: number;
  facts: SourceFacts = {};

  constructor(fields: Iterable<string>, matcher: Matcher) {
    this.matcher = matcher;
    this.sources = new Sources(matcher, this.ids);
    for (const field of fields) this.register(field);
    this.channel = this.register('Channel');
    this.eventId = this.register('EventID');
    this.provider = this.register('Provider_Name');
    this.eventType = this.register('EventType');
    this.level = this.ids.get('Level') ?? -1;
    this.keywords = this.ids.get('Keywords') ?? -1;
    this.user = this.ids.get('User') ?? -1;
    this.commandLine = this.ids.get('CommandLine') ?? -1;
    for (const [path, field] of winlogPaths) {
      const id = this.ids.get(field);
      if (id !== undefined) addPath(this.trees.winlog, path.split('.'), id);
    }
    for (const [from] of matcher.fields) this.register(from);
    for (const [from, to] of sameFields) this.alias(from, to, rank.same, null);
    for (const [path, to] of ecsSystemPaths) this.alias(path, to, rank.ecsSystem, null);
    for (const from of namelessData) this.alias(from, 'Data', rank.same, 'winlog');
    for (const [field, places] of everyReading)
      if (this.ids.has(field)) for (const { path } of places) this.register(path);
  }

  /** The number of a field that rules ask for; undefined for one that none asks for. */
  idOf(field: string): number | undefined {
    return this.ids.get(field);
  }

  get fieldCount(): number {
    return this.slots.size;
  }

  /** False, and all fields absent, where bytes are no JSON object. */
  read(event: EventInput): boolean {
    const { document, slots } = this;
    slots.clear();
    this.leafCells = null;
    this.keywordValues.length = 0;
    const bytes = event instanceof Uint8Array ? event : encode(event);
    const isRead = document.read(bytes) || this.readAnew(bytes);
    const origin = shapeOf(document.forms) === 'other' ? this.origin() : null;
    this.profile = this.profiles.of(document.forms, origin);
    this.putValues();
    this.applyAliases();
    if (this.profile.shape === 'flat') this.mendEventType();
    const source = origin === null ? this.windowsSource() : this.sources.ofDataset(origin);
    // A Windows source's own fields say all that ECS says of them, so ECS's names are for the others.
    if (origin !== null) {
      this.writer.applyTable(source.readings);
      this.makeFromSeveral();
    }
    this.facts = source.facts;
    for (const { from, to } of source.fields) this.writer.copy(from, to, rank.same);
    this.addWindowsForms();
    return isRead;
  }

  /** Fields that the event may have, without repetition. */
  get touched(): readonly number[] {
    return this.slots.touched;
  }

  /** Whether the event has the field, be its value null or empty. */
  has(field: number): boolean {
    return this.count(field) > 0;
  }

  /** How many values the field has: more than one in an array. */
  count(field: number): number {
    return this.slots.count(field);
  }

  /** The value at `index`, which is below {@link count}. */
  cell(field: number, index: number): Cell {
    return this.slots.cell(field, index);
  }

  /** The texts and numbers of the event that keywords look into; collected when first asked for. */
  leaves(): readonly Cell[] {
    this.leafCells ??= this.keywordLeaves.collect(this.keywordValues);
    return this.leafCells;
  }

  /** Every value of the event that is no object, up to `limit`; the members of an array by the array's path. */
  values(limit: number): readonly Cell[] {
    return this.allLeaves.collect(this.document.plainValues(limit));
  }

  /** Looks for what may be a keyword. */
  findKeywords(finder: SubstringFinder, found: Found): void {
    const { paths, starts, ends, wide, texts } = this.document;
    for (const i of this.keywordValues) finder.scan(texts, starts[i] as number, ends[i] as number, found);
    for (const [i, text] of wide)
      if (this.profiles.read(this.profile, paths[i] as EventPath).isKeyword)
        finder.scanFolded(fold(text), found);
  }

  private register(field: string): number {
    const known = this.ids.get(field);
    if (known !== undefined) return known;
    const id = this.slots.grow();
    this.ids.set(field, id);
    const { fields, system } = this.trees;
    addPath(fields, field.split('.'), id);
    addPath(system, [field], id);
    const [element, ...attribute] = field.split('_');
    if (element !== undefined && attribute.length > 0) {
      addPath(system, [element, '#attributes', attribute.join('_')], id);
      addPath(system, [`${element}_attributes`, attribute.join('_')], id);
    }
    return id;
  }

  private alias(from: string, to: string, at: number, shape: Shape | null): void {
    const target = this.ids.get(to);
    if (target === undefined) return;
    const source = this.register(from);
    const list = this.aliases[source] ?? [];
    list.push({ to: target, rank: at, shape });
    this.aliases[source] = list;
  }

  /** As JavaScript writes it: it may have a name twice. */
  private readAnew(bytes: Uint8Array): boolean {
    try {
      const event: unknown = JSON.parse(textBetween(bytes, 0, bytes.length));
      return isObject(event) && this.document.read(encode(event as JsonObject));
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  }

  private origin(): DatasetOrigin {
    const { document } = this;
    const dataset = document.textAt('event.dataset');
    const module = document.textAt('event.module');
    const mixed = isMixed(dataset, module);
    return {
      dataset,
      module,
      os: document.textAt('host.os.type'),
      process: document.textAt('process.name'),
      categories: mixed ? document.textsAt('event.category') : none,
      types: mixed ? document.textsAt('event.type') : none,
    };
  }

  private putValues(): void {
    const { document, profile, profiles, slots } = this;
    const { count, kinds, paths, starts, ends, wide } = document;
    for (let i = 0; i < count; i++) {
      const { actions, isKeyword } = profiles.read(profile, paths[i] as EventPath);
      const is = kinds[i] as number;
      if (isKeyword && (is === kind.text || is === kind.number)) this.keywordValues.push(i);
      if (is === kind.wrapped) continue;
      for (const { field, rank, where, key, notObject } of actions) {
        if ((is === kind.object && notObject) || !slots.open(field, rank)) continue;
        const text = wide.size === 0 ? null : (wide.get(i) ?? null);
        slots.add(field).set(is, starts[i] as number, ends[i] as number, text, where, key);
      }
    }
  }

  private applyAliases(): void {
    const { shape } = this.profile;
    const { touched } = this.slots;
    for (let i = 0, n = touched.length; i < n; i++) {
      const field = touched[i] as number;
      const aliases = this.aliases[field];
      if (aliases === undefined) continue;
      for (const alias of aliases)
        if (alias.shape === null || alias.shape === shape) this.writer.copy(field, alias.to, alias.rank);
    }
  }

  /** ECS splits what Windows writes as one: better than the user's name alone, worse than a whole command line. */
  private makeFromSeveral(): void {
    const { document } = this;
    const [name, domain] = [document.textAt('user.name'), document.textAt('user.domain')];
    if (name !== '' && domain !== '')
      this.writer.putText(this.user, rank.ecsSystem, `${domain}\\${name}`, 'user.name');
    const line = document.textsAt('process.args');
    if (line.length > 0) this.writer.putText(this.commandLine, rank.ecs + 1, line.join(' '), 'process.args');
  }

  /** nxlog writes its own type over Sysmon's; Sysmon's is in the message, or else unknown. */
  private mendEventType(): void {
    if (this.count(this.eventType) !== 1) return;
    const cell = this.cell(this.eventType, 0);
    if (!isEntryType(cell.value)) return;
    const type = eventTypeIn(this.document.textAt('Message'));
    if (type === null) this.slots.remove(this.eventType);
    else this.writer.write(cell, type, 'Message');
  }

  /** Level and keyword mask are written differently by different collectors; a rule may ask for any form. */
  private addWindowsForms(): void {
    if (this.level >= 0 && this.has(this.level)) {
      const { text, path } = this.cell(this.level, 0);
      for (const form of levelForms(text))
        if (form !== text) this.writer.write(this.slots.add(this.level), form, path);
    }
    if (this.keywords >= 0) {
      for (let i = 0, n = this.count(this.keywords); i < n; i++) {
        const { value, path } = this.cell(this.keywords, i);
        const mask = keywordMask(value);
        if (mask !== null) this.writer.write(this.slots.add(this.keywords), mask, path);
      }
    }
  }

  private folded(field: number): string | null {
    return this.has(field) ? this.cell(field, 0).folded : null;
  }

  private windowsSource(): Source {
    const eventId = this.folded(this.eventId);
    const hasType = eventId !== null && this.matcher.usesEventType(eventId);
    return this.sources.ofWindows({
      channel: this.folded(this.channel),
      provider: this.folded(this.provider),
      eventId,
      eventType: hasType ? this.folded(this.eventType) : null,
    });
  }
}

const everyReading = readingsOf(fieldTable);
const none: readonly string[] = [];
const encoder = new TextEncoder();
const encode = (event: JsonObject): Uint8Array => encoder.encode(JSON.stringify(event));
