import { createHash } from 'node:crypto';
import type { EcsEvent, Json } from '@tidewatch/event';
import { parseKql, toPredicate } from '@tidewatch/query';
import { durationOf, type WindowedFeature } from './schema.ts';
import type { StateReader, StateWriter } from './state.ts';
import { NumberTrack, panesOfWindow, ValueTrack } from './tracks.ts';
import { eachText, firstText, numberOf, reader } from './values.ts';

/** What one entity did within the windows' length. */
interface Entity {
  /** Newest pane that it had an event in. */
  newest: number;
  /** Newest pane of any entity when it was last asked about. */
  touched: number;
  /** Memory that it takes: panes, and values in panes. */
  cells: number;
  readonly tracks: readonly (NumberTrack | ValueTrack)[];
}

/** Reads a feature of the entity whose event was taken last; NaN where there is none. */
export type ReadWindow = (event: EcsEvent) => number;

/** What happened to entities and events that windows had no room or no time for. */
export interface WindowLosses {
  /** Entities that were forgotten before their time, the least recently used first, since there were too many. */
  readonly dropped: number;
  /** Events that came when the window of their entity had already passed them; their rows tell of that window. */
  readonly late: number;
}

/** What is kept of a field: its numbers or its values; of no field, how many events there were. */
interface TrackSource {
  readonly values: boolean;
  readonly field: string | null;
  readonly read: (event: EcsEvent) => Json | undefined;
}

/** The windows of features that have entities, length and condition in common. */
export class Windows {
  readonly #entities = new Map<string, Entity>();
  readonly #sources: TrackSource[] = [];
  readonly #keys: readonly ((event: EcsEvent) => Json | undefined)[];
  readonly #counts: (event: EcsEvent) => boolean;
  readonly #paneMs: number;
  readonly #budget: number;
  #newest = Number.NEGATIVE_INFINITY;
  #cells = 0;
  #dropped = 0;
  #late = 0;
  /** Whose event was taken last. */
  #current: Entity | undefined;

  /** @param budget cells of memory */
  constructor({ by, over, where }: Pick<WindowedFeature, 'by' | 'over' | 'where'>, budget: number) {
    this.#keys = by.map(reader);
    this.#paneMs = durationOf(over) / panesOfWindow;
    this.#counts = conditionOf(where);
    this.#budget = budget;
  }

  /** Keeps what a feature needs; before the first event. */
  follow(feature: WindowedFeature): ReadWindow {
    const { aggregate } = feature;
    const field = aggregate === 'count' ? null : feature.of;
    const values = aggregate === 'cardinality' || aggregate === 'rarity';
    const same = this.#sources.findIndex((source) => source.values === values && source.field === field);
    const track = same >= 0 ? same : this.#sources.length;
    const read = field === null ? () => 1 : reader(field);
    if (same < 0) this.#sources.push({ values, field, read });
    const found = <Track>() => this.#current?.tracks[track] as Track | undefined;
    if (aggregate === 'cardinality') return () => found<ValueTrack>()?.cardinality ?? Number.NaN;
    if (aggregate !== 'rarity') return () => found<NumberTrack>()?.read(aggregate) ?? Number.NaN;
    return (event) => {
      const own = found<ValueTrack>();
      let rarest = Number.NaN;
      if (own !== undefined)
        eachText(read(event), (text) => {
          const rarity = own.rarity(shortened(text));
          if (!(rarest >= rarity)) rarest = rarity;
        });
      return rarest;
    };
  }

  get losses(): WindowLosses {
    return { dropped: this.#dropped, late: this.#late };
  }

  /** Counts an event, where it is of an entity. */
  take(event: EcsEvent, time: number): void {
    const key = this.#keyOf(event);
    const pane = Math.floor(time / this.#paneMs);
    this.#current = undefined;
    if (key === undefined || !Number.isFinite(pane)) return;
    if (pane > this.#newest) this.#goOnTo(pane);
    const entity = this.#touch(key, pane);
    this.#current = entity;
    if (pane > entity.newest) {
      entity.newest = pane;
      for (const track of entity.tracks) this.#use(entity, -track.forget(pane - panesOfWindow + 1));
    }
    if (pane <= entity.newest - panesOfWindow) this.#late++;
    else if (this.#counts(event)) this.#add(entity, event, pane);
    if (this.#cells > this.#budget) this.#makeRoom(entity);
  }

  /** Whether an event is of an entity. */
  hasEntity(event: EcsEvent): boolean {
    return this.#keyOf(event) !== undefined;
  }

  save(state: StateWriter): void {
    for (const number of [this.#newest, this.#dropped, this.#late, this.#entities.size]) state.number(number);
    for (const [key, { newest, touched, tracks }] of this.#entities) {
      state.text(key);
      state.number(newest);
      state.number(touched);
      for (const track of tracks) track.save(state);
    }
  }

  restore(state: StateReader): void {
    this.#newest = state.number();
    this.#dropped = state.number();
    this.#late = state.number();
    const entities = state.number();
    this.#entities.clear();
    this.#cells = 0;
    for (let i = 0; i < entities; i++) {
      const entity = this.#entity(state.text(), state.number(), state.number());
      for (const track of entity.tracks) this.#use(entity, track.restore(state));
    }
  }

  #entity(key: string, newest: number, touched: number): Entity {
    const tracks = this.#sources.map(({ values }) => (values ? new ValueTrack() : new NumberTrack()));
    const entity = { newest, touched, cells: 0, tracks };
    this.#entities.set(key, entity);
    this.#use(entity, 1 + tracks.length);
    return entity;
  }

  /** Finds or makes an entity. They stand in the order in which they were last asked about, by panes. */
  #touch(key: string, pane: number): Entity {
    const known = this.#entities.get(key);
    if (known?.touched === this.#newest) return known;
    if (known !== undefined) {
      known.touched = this.#newest;
      this.#entities.delete(key);
      this.#entities.set(key, known);
    }
    return known ?? this.#entity(key, pane, this.#newest);
  }

  /**
   * Forgets entities that were not seen while time went on by two windows: one for the window, one for sources that fall behind. Once
   * a pane, since a map's beginning is slow to find.
   */
  #goOnTo(pane: number): void {
    this.#newest = pane;
    for (const [key, { touched }] of this.#entities) {
      if (touched > pane - 2 * panesOfWindow) return;
      this.#forget(key);
    }
  }

  #add(entity: Entity, event: EcsEvent, pane: number): void {
    for (let i = 0; i < entity.tracks.length; i++) {
      const track = entity.tracks[i];
      const value = (this.#sources[i] as TrackSource).read(event);
      if (track instanceof ValueTrack)
        eachText(value, (text) => this.#use(entity, track.add(pane, shortened(text))));
      else if (track !== undefined) {
        const number = numberOf(value);
        if (!Number.isNaN(number)) this.#use(entity, track.add(pane, number));
      }
    }
  }

  #use(entity: Entity, cells: number): void {
    entity.cells += cells;
    this.#cells += cells;
  }

  /** Down to nine tenths, since a map's beginning is slow to find. */
  #makeRoom(spared: Entity): void {
    for (const [key, entity] of this.#entities) {
      if (this.#cells <= 0.9 * this.#budget) return;
      if (entity === spared) continue;
      this.#forget(key);
      this.#dropped++;
    }
  }

  #forget(key: string): void {
    this.#cells -= this.#entities.get(key)?.cells ?? 0;
    this.#entities.delete(key);
  }

  /** Of the first value of each field; no two lists of values have the same. */
  #keyOf(event: EcsEvent): string | undefined {
    let key = '';
    for (const read of this.#keys) {
      const text = firstText(read(event));
      if (text === undefined) return undefined;
      key = this.#keys.length === 1 ? shortened(text) : `${key}${shortened(text).length}:${shortened(text)}`;
    }
    return key;
  }
}

function conditionOf(where: string | undefined): (event: EcsEvent) => boolean {
  if (where === undefined) return () => true;
  const parsed = parseKql(where);
  if (!parsed.ok) throw new Error(`A schema let "${where}" pass, which is no KQL.`);
  return toPredicate(parsed.ast, { now: 0 });
}

/** Case does not tell values apart, and long ones are kept as their hashes, so that none takes much memory. */
function shortened(text: string): string {
  const lower = text.toLowerCase();
  return lower.length <= 128 ? lower : createHash('sha256').update(lower).digest('base64');
}
