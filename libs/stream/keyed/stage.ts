import type { Batch, Consumer, Stream, StreamRecord } from '../contract.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { createForwarder, originalOf } from './forward.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';
import type { SnapshotStore } from './snapshots.ts';

export interface KeyedStageConfig<State, Output = never> {
  readonly stream: Stream;
  /** The stage's name: its consumer group, and its snapshots'. */
  readonly group: string;
  /** The key whose state a record belongs to; undefined passes it by. */
  readonly keyOf: (record: StreamRecord) => string | undefined;
  readonly initial: (key: string) => State;
  /**
   * The state after `record`; it may be the same object, changed. Undefined forgets the key. It depends on nothing but
   * its arguments, so that a replay gives the same. It must not throw: the stage would stand still, and say so.
   */
  readonly step: (
    state: State,
    record: StreamRecord,
    emit: (output: Output) => void,
    key: string,
  ) => State | undefined;
  /**
   * Takes a batch's outputs; when it resolves their effect is durable. After a crash the same outputs come again, so
   * they carry deterministic ids, or overwrite.
   */
  readonly onOutput?: (outputs: readonly Output[]) => Promise<void>;
  readonly snapshots: SnapshotStore;
  /** A snapshot is due after this long (default 10 s) or so many records (default 100,000), whichever comes first. */
  readonly snapshotEveryMs?: number;
  readonly snapshotEveryRecords?: number;
  /** Changes with the shape of the state, 0 to 255 (default 0): a snapshot of another version is not used. */
  readonly version?: number;
  /** Makes a state from its JSON, where plain JSON is not the state itself; with `parts`, from the list of them. */
  readonly restore?: (json: unknown, key: string) => State;
  /** The state in pieces: a large one would hold up the loop while it is written as a whole. */
  readonly parts?: (state: State) => Iterable<unknown>;
  /**
   * The keys are not the stream's keys: the order between partitions is then open, and so may not matter to `step`.
   * Where one process has every partition they are handed over in memory to one place that holds all states, with one
   * snapshot; else by {@link Stream.repartition}, with states and snapshots per partition of that stream.
   */
  readonly repartition?: boolean;
  /** Where a stage without a snapshot begins (default `earliest`). */
  readonly from?: 'earliest' | 'latest';
  readonly log?: Logger;
}

/** What this process has of a stage: all of it, or the keys of the partitions that are given to it. */
export interface KeyedStage<State> {
  get(key: string): State | undefined;
  entries(): IterableIterator<[key: string, state: State]>;
  /** Resolves when everything appended before the call is in the states, and they are in a durable snapshot. */
  drain(): Promise<void>;
  /** Takes a last snapshot and stops. Idempotent. */
  close(): Promise<void>;
}

/** States that live, move and are saved together. */
interface Unit<State> {
  readonly name: string;
  readonly states: Map<string, State>;
  /** The next offset of each partition: all below is in the states. */
  readonly positions: Map<number, number>;
  /** The same for the partitions that forwarded records came from: what comes again is told by it. */
  readonly origins: Map<number, number>;
  /** Records since the last snapshot. */
  fresh: number;
  timer: NodeJS.Timeout | undefined;
  /** How long the next snapshot waits. */
  pauseMs: number;
  /** One thing at a time: a batch, or a snapshot. */
  turn: Promise<unknown>;
}

const merged = 'all';
/** A snapshot that takes long is taken less often: it may use a twentieth of the time. */
const restFactor = 20;

function* inParts<State>(
  states: ReadonlyMap<string, State>,
  parts: (state: State) => Iterable<unknown>,
): Generator<readonly [string, unknown]> {
  for (const [key, state] of states) for (const part of parts(state)) yield [key, part];
}

function gathered(parts: readonly (readonly [key: string, part: unknown])[]): Map<string, unknown[]> {
  const whole = new Map<string, unknown[]>();
  for (const [key, part] of parts) {
    const list = whole.get(key);
    if (list === undefined) whole.set(key, [part]);
    else list.push(part);
  }
  return whole;
}

/**
 * Runs a stage with state per key on a stream. The state is exactly what the records up to its positions make it, also
 * after a crash: it is restored from the newest snapshot, and the records since then are read again. Positions are
 * committed with the snapshot, never before, so that retention keeps what a replay would need.
 */
export async function createKeyedStage<State, Output = never>(
  config: KeyedStageConfig<State, Output>,
): Promise<KeyedStage<State>> {
  const { group, snapshots, version = 0, log = silentLogger, repartition = false } = config;
  const { snapshotEveryMs = 10_000, snapshotEveryRecords = 100_000, from = 'earliest' } = config;
  const units = new Map<string, Promise<Unit<State>>>();
  const live = new Map<string, Unit<State>>();
  /** Outputs that a failed `onOutput` left, by partition: their records are in the state already. */
  const owed = new Map<number, Output[]>();
  const by = repartition ? await config.stream.repartition?.(group) : undefined;
  const stream = by ?? config.stream;
  let consumer: Promise<Consumer> | undefined;
  let closing = false;

  const nameOf = (partition: number): string =>
    repartition && by === undefined ? merged : String(partition);

  function unitOf(partition: number): Promise<Unit<State>> {
    const name = nameOf(partition);
    const unit = units.get(name) ?? restore(name);
    units.set(name, unit);
    return unit;
  }

  async function restore(name: string): Promise<Unit<State>> {
    const unit: Unit<State> = {
      name,
      states: new Map(),
      positions: new Map(),
      origins: new Map(),
      fresh: 0,
      timer: undefined,
      pauseMs: snapshotEveryMs,
      turn: Promise.resolve(),
    };
    const bytes = await snapshots.load(group, name);
    const snapshot = bytes === undefined ? undefined : decodeSnapshot(bytes, version);
    if (snapshot !== undefined && 'reason' in snapshot) {
      log.error(
        { stage: group, unit: name },
        `a snapshot can't be used, ${snapshot.reason}: the stage reads its input again`,
      );
      for (const { partition, first } of (await stream.stats()).partitions)
        unit.positions.set(partition, first);
    } else if (snapshot !== undefined) {
      for (const [partition, offset] of snapshot.positions) unit.positions.set(partition, offset);
      for (const [partition, offset] of snapshot.origins) unit.origins.set(partition, offset);
      for (const [key, json] of config.parts === undefined ? snapshot.states : gathered(snapshot.states))
        unit.states.set(key, config.restore?.(json, key) ?? (json as State));
    }
    live.set(name, unit);
    return unit;
  }

  function apply(unit: Unit<State>, { partition, records }: Batch): Output[] {
    const outputs = owed.get(partition) ?? [];
    owed.set(partition, outputs);
    for (const record of records) {
      const { offset } = record.position;
      if (offset < (unit.positions.get(partition) ?? 0)) continue;
      if (by === undefined) step(unit, record, config.keyOf(record), outputs);
      else stepForwarded(unit, record, outputs);
      unit.positions.set(partition, offset + 1);
      unit.fresh++;
    }
    return outputs;
  }

  function step(unit: Unit<State>, record: StreamRecord, key: string | undefined, outputs: Output[]): void {
    if (key === undefined) return;
    const state = unit.states.get(key) ?? config.initial(key);
    const next = config.step(state, record, (output) => outputs.push(output), key);
    if (next === undefined) unit.states.delete(key);
    else unit.states.set(key, next);
  }

  function stepForwarded(unit: Unit<State>, record: StreamRecord, outputs: Output[]): void {
    const original = originalOf(record);
    const { partition, offset } = original.position;
    if (offset < (unit.origins.get(partition) ?? 0)) return;
    step(unit, original, record.key, outputs);
    unit.origins.set(partition, offset + 1);
  }

  async function process(unit: Unit<State>, batch: Batch): Promise<void> {
    const outputs = apply(unit, batch);
    if (outputs.length > 0) await config.onOutput?.(outputs);
    owed.delete(batch.partition);
    if (unit.fresh >= snapshotEveryRecords) await save(unit);
    else if (unit.fresh > 0)
      unit.timer ??= setTimeout(() => {
        exclusive(unit, () => save(unit)).catch((error: unknown) => {
          log.error(
            { stage: group, unit: unit.name, err: error },
            'a snapshot could not be saved; trying again with the next',
          );
        });
      }, unit.pauseMs).unref();
  }

  /** States whose outputs are not durable yet are not saved: a restart would never emit these again. */
  async function save(unit: Unit<State>): Promise<void> {
    clearTimeout(unit.timer);
    unit.timer = undefined;
    if (unit.fresh === 0 || [...unit.positions.keys()].some((partition) => owed.has(partition))) return;
    const positions = new Map(unit.positions);
    const { origins } = unit;
    const started = performance.now();
    const states = config.parts === undefined ? unit.states : inParts(unit.states, config.parts);
    await snapshots.save(group, unit.name, await encodeSnapshot({ positions, origins, states }, version));
    unit.pauseMs = Math.max(snapshotEveryMs, (performance.now() - started) * restFactor);
    unit.fresh = 0;
    const { commit } = (await consumer) as Consumer;
    for (const [partition, offset] of positions) commit({ partition, offset });
  }

  function exclusive<T>(unit: Unit<State>, task: () => Promise<T>): Promise<T> {
    const result = unit.turn.then(task);
    unit.turn = result.catch(() => {});
    return result;
  }

  const saveAll = () => Promise.all([...live.values()].map((unit) => exclusive(unit, () => save(unit))));

  consumer = stream.subscribe({
    group,
    commits: 'manual',
    // What was forwarded is for this stage, all of it.
    from: by === undefined ? from : 'earliest',
    assigned: async (partition) => (await unitOf(partition)).positions.get(partition),
    process: async (batch) => {
      const unit = await unitOf(batch.partition);
      await exclusive(unit, () => process(unit, batch));
    },
    revoked: async (partition, lost = false) => {
      const name = nameOf(partition);
      const unit = live.get(name);
      // Should the partition come back, another consumer may have gone on from the snapshot meanwhile.
      units.delete(name);
      if (!closing) live.delete(name);
      if (unit === undefined) return;
      // Another has its own snapshot by now.
      if (lost) clearTimeout(unit.timer);
      else await exclusive(unit, () => save(unit));
      if (!closing) owed.delete(partition);
    },
  });
  const running = await consumer;
  const forwarder =
    by === undefined
      ? undefined
      : await createForwarder({
          stream: config.stream,
          to: by,
          group: `${group}.forward`,
          from,
          keyOf: config.keyOf,
        });

  return {
    get(key) {
      for (const { states } of live.values()) {
        const state = states.get(key);
        if (state !== undefined) return state;
      }
      return undefined;
    },
    *entries() {
      for (const { states } of live.values()) yield* states.entries();
    },
    async drain() {
      await forwarder?.drain();
      await running.drain();
      await saveAll();
      await running.drain();
    },
    async close() {
      closing = true;
      await forwarder?.close();
      await running.close();
    },
  };
}
