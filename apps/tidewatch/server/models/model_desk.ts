import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelDesk, ModelRow } from '@tidewatch/api';
import { longestWindow } from '@tidewatch/features';
import { parseKql } from '@tidewatch/query';
import {
  admitModel,
  backtestModel,
  createTurns,
  type Gate,
  gatesOf,
  keyOf,
  type ModelDrift,
  type ModelStage,
  moveVersion,
  scorerErrors,
  versionBefore,
} from '@tidewatch/scorer';
import type { Scope, TimeRange } from '@tidewatch/store';
import { stringify } from 'yaml';
import { databasesOf, documentsOf } from '../adapters.ts';
import { keyOfModel } from '../documents.ts';
import type { ModelsAtWork, Runtime } from '../runtime.ts';
import { workers } from '../workers.ts';
import { backtestSample } from './backtest_sample.ts';
import { keptModelFolder, type RegisteredModel } from './model_registry.ts';
import { openStagedUploads } from './staged_uploads.ts';

type Found = RegisteredModel['versions'][number];

/**
 * Works on the models of this process: their stages are a document each, as rules are. Decisions are written one after the other, and
 * so are uploads; what takes long, as gates do, keeps no other decision waiting, and is asked for again where one came in between.
 */
export function openModelDesk(
  runtime: Runtime,
  { scorer, registry, watch, judged }: ModelsAtWork,
  programs: Pick<typeof workers, 'scorer' | 'onnx' | 'admission'> = workers,
): ModelDesk {
  const documents = documentsOf(runtime.adapters);
  const kept = keptModelFolder(runtime.config.data);
  const uploads = openStagedUploads(join(kept, '.staged'));
  const decisions = createTurns();
  const uploading = createTurns();

  async function modelOf(name: string): Promise<RegisteredModel> {
    const model = (await registry.all()).find((each) => each.name === name);
    if (model === undefined) throw scorerErrors.MODEL_UNKNOWN({ name });
    return model;
  }

  function versionOf({ name, versions }: RegisteredModel, version: string): Found {
    const found = versions.find((each) => each.version === version);
    if (found === undefined) throw scorerErrors.MODEL_VERSION_UNKNOWN({ name, version });
    return found;
  }

  async function rowsOf(models: readonly RegisteredModel[]): Promise<ModelRow[]> {
    const { refused } = await registry.atWork();
    return models.map((model) => rowOf(model, refused));
  }

  function rowOf({ name, state, versions }: RegisteredModel, refused: ReadonlyMap<string, string>): ModelRow {
    const trouble = new Map(scorer.trouble().map(({ model, reason }) => [model, reason]));
    const running = new Set(scorer.models().map((each) => `${each.name} ${each.version}`));
    return {
      name,
      live: versions.find(({ stage }) => stage === 'live')?.version ?? null,
      history: state.history,
      versions: versions.map(({ version, stage, shipped, folder }) => {
        const key = `${name} ${version}`;
        const reason = refused.get(key) ?? trouble.get(key);
        const origin = shipped ? 'shipped' : folder.startsWith(kept) ? 'kept' : 'folder';
        return {
          version,
          stage,
          origin,
          runs: running.has(key) && reason === undefined,
          ...(reason !== undefined && { reason }),
        };
      }),
    };
  }

  const shownRow = async (name: string) => (await rowsOf([await modelOf(name)]))[0] as ModelRow;

  /** For a decision, which rests on those before. */
  async function decidable(name: string): Promise<RegisteredModel> {
    const model = await modelOf(name);
    if (model.unreadable !== undefined) throw model.unreadable;
    return model;
  }

  /** Whoever reads the decision does so from the file; it is in force when this resolves. @param asked epoch ms */
  const decide = (
    { name, state, versions, decided }: RegisteredModel,
    change: { version: string; to: ModelStage; by: string; why: string; forced?: string[] },
    asked: number,
  ): Promise<ModelRow> =>
    decisions(async () => {
      const { version, to } = change;
      const stages = new Map(versions.map(({ version, stage }) => [version, stage]));
      const next = moveVersion(state, stages, { ...change, at: new Date().toISOString() });
      const written = await documents.write(
        [{ ...keyOfModel(name), text: stringify(next) }],
        (text) => text === decided,
      );
      if (!written) throw scorerErrors.MODEL_CHANGED({ name });
      await watch.look();
      const took = Date.now() - asked;
      const tell = (more: number) =>
        runtime.metrics.observe('model_change_duration_seconds', { to }, (took + more) / 1_000);
      if (to === 'retired') tell(0);
      else scorer.onNextScores(keyOf({ name, version }), tell);
      return shownRow(name);
    });

  async function admissionGate(version: Found): Promise<Gate> {
    try {
      const { golden } = await registry.admitted(version);
      return { name: 'admission', passed: true, found: `${golden} golden scores are as they should be.` };
    } catch (error) {
      return { name: 'admission', passed: false, found: (error as Error).message };
    }
  }

  async function run(version: Found, range: TimeRange, most: number, scope: Scope) {
    const { name, folder } = version;
    const { manifest, digest } = await registry.admitted(version);
    const wanted = parseKql(manifest.events);
    if (!wanted.ok) throw new TypeError(wanted.error.message);
    const { events } = databasesOf(runtime.adapters).store;
    const at = { name, version: version.version, folder, digest, stage: 'live' } as const;
    const lookBack = manifest.kind === 'onnx' ? longestWindow(manifest.features) : 0;
    const sample = await backtestSample(events, { query: wanted.ast, range, most, lookBack }, scope);
    const result = await backtestModel(at, sample, programs);
    const { budget: config } = runtime.config.models;
    const budget = {
      ...{ alertsPerDay: config.alerts_per_day, perSecond: config.events_per_second },
      ...{ lookBack: config.backtest, leastEvents: config.least_events, leastTime: config.least_time },
    };
    const gates = gatesOf(result, budget, Date.now());
    return { result, gates };
  }

  // What was begun before the last stop, too.
  uploading(() => uploads.clean()).catch((error: Error) =>
    runtime.log.warn({ reason: error.message }, 'Uploads of models that were given up could not be deleted'),
  );

  return {
    list: async () => rowsOf(await registry.all()),
    async get(name) {
      const model = await modelOf(name);
      const drifts = await scorer.drift();
      const about = model.versions.map(async (version) => {
        const found = await registry.admitted(version).catch(() => undefined);
        return {
          version: version.version,
          manifest: found === undefined ? null : { ...found.manifest },
          card: found?.card ?? null,
          golden: found?.golden ?? null,
          drift: driftOf(drifts, keyOf(version)),
          calibration: judged.of(keyOf(version)) ?? null,
        };
      });
      return { ...(await shownRow(name)), about: await Promise.all(about) };
    },
    upload: ({ name, version, file, offset, content }) =>
      uploading(async () => {
        await refuseKnown(name, version);
        return uploads.write({ name, version, file, offset, content });
      }),
    add: ({ name, version }) =>
      uploading(async () => {
        await refuseKnown(name, version);
        const from = uploads.folderOf(name, version);
        const trusted = await registry.trustedKeys();
        const { manifest } = await admitModel(from, { program: programs.admission, trusted });
        if (manifest.name !== name || manifest.version !== version)
          throw scorerErrors.MODEL_NAMED_OTHERWISE({ name: manifest.name, version: manifest.version });
        await mkdir(join(kept, name), { recursive: true });
        await rename(from, join(kept, name, version));
        await watch.look();
        return shownRow(name);
      }),
    async backtest({ name, version, range, events, scope }) {
      const found = versionOf(await modelOf(name), version);
      const admission = await admissionGate(found);
      if (!admission.passed) refuse(name, version, [admission]);
      const { result, gates } = await run(found, range, events, scope);
      return { result, gates: [admission, ...gates] };
    },
    async promote({ name, version, to, why, force, events, by, scope }) {
      const asked = Date.now();
      const model = await decidable(name);
      const found = versionOf(model, version);
      if (found.stage === to) throw scorerErrors.MODEL_STAGE({ name, version, stage: found.stage, to });
      const gates = [await admissionGate(found)];
      // No reason lets a model run that was not admitted: it would be refused at once.
      const admitted = gates[0]?.passed === true;
      if (admitted && to === 'live') {
        const now = Date.now();
        const range = { from: now - runtime.config.models.budget.backtest, to: now };
        gates.push(...(await run(found, range, events, scope)).gates);
      }
      const failed = gates.filter(({ passed }) => !passed);
      if (failed.length > 0 && !(force && admitted)) refuse(name, version, gates);
      const forced = failed.map((gate) => gate.name);
      const change = { version, to, by, why, ...(forced.length > 0 && { forced }) };
      return { model: await decide(model, change, asked), gates };
    },
    async rollback({ name, why, by }) {
      const asked = Date.now();
      const model = await decidable(name);
      const stages = new Map(model.versions.map((each) => [each.version, each.stage]));
      const version = versionBefore(model.state, stages);
      if (version === undefined) throw scorerErrors.MODEL_NO_VERSION_BEFORE({ name });
      // To take back what runs for what does not run would leave none.
      const gate = await admissionGate(versionOf(model, version));
      if (!gate.passed) refuse(name, version, [gate]);
      return decide(model, { version, to: 'live', by, why }, asked);
    },
    async retire({ name, version, why, by }) {
      const asked = Date.now();
      const model = await decidable(name);
      const { stage } = versionOf(model, version);
      if (stage === 'retired') throw scorerErrors.MODEL_STAGE({ name, version, stage, to: 'retired' });
      return decide(model, { version, to: 'retired', by, why }, asked);
    },
  };

  function refuse(name: string, version: string, gates: readonly Gate[]): never {
    const reasons = gates.flatMap(({ passed, found }) => (passed ? [] : [found])).join(' ');
    throw scorerErrors.MODEL_GATES({ name, version, reasons, gates });
  }

  async function refuseKnown(name: string, version: string): Promise<void> {
    if (documents.shared) throw scorerErrors.MODELS_ELSEWHERE();
    const model = (await registry.all()).find((each) => each.name === name);
    if (model?.versions.some((each) => each.version === version))
      throw scorerErrors.MODEL_EXISTS({ name, version });
  }
}

function driftOf(drifts: readonly ModelDrift[], key: string) {
  const found = drifts.find(({ model }) => model === key);
  if (found === undefined) return null;
  const { model: _, series, ...rest } = found;
  return { ...rest, series: [...series] };
}
