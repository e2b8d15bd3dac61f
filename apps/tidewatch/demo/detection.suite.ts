import { join, relative } from 'node:path';
import { readEvasionModel } from '@tidewatch/evasion';
import { type EcsEvent, type ExplainedItem, getField } from '@tidewatch/event';
import { readModelFolder } from '@tidewatch/models';
import { createNormaliser } from '@tidewatch/normalize';
import type { RawRecord } from '@tidewatch/plugin';
import { createSigmaEngine, loadRules } from '@tidewatch/sigma';
import { beforeAll, describe, expect, it } from 'vitest';
import { createBench } from '../sigma/test/bench.ts';
import { createStory, type Phase, phases, type StoryEvent } from './story/index.ts';

const now = Date.parse('2026-11-03T09:00:00.000Z');
const rulesFolder = join(import.meta.dirname, '../../../rules');
const loaded = await loadRules({ paths: [rulesFolder] });
const { rules, correlations } = loaded;
/** What one event means nothing by itself for is left to correlations. */
const telling = rules.filter(({ level }) => level !== 'informational');

/** Rules that nothing in the story sets off; the tests beside them do. */
const withoutScene = [
  'linux/cron_runs_download.yml',
  'linux/crontab_replaced.yml',
  'linux/job_planted_through_sudo.yml',
  // Nobody warns of anything until feeds are configured.
  'threat/application_event_with_indicator.yml',
  'threat/connection_with_indicator.yml',
  'threat/linux_event_with_indicator.yml',
  'threat/name_asked_is_indicator.yml',
  'threat/page_of_indicator_visited.yml',
  'threat/web_client_is_indicator.yml',
  'threat/windows_event_with_indicator.yml',
  'web/jndi_lookup.yml',
  'web/script_in_query.yml',
  'web/secret_file_served.yml',
  'windows/event_log_cleared.yml',
  'windows/log_cleared_by_command.yml',
  'windows/rights_assigned.yml',
  'windows/task_registered_with_interpreter.yml',
];

interface Finding {
  readonly rule: (typeof rules)[number];
  readonly phase: Phase;
  readonly event: EcsEvent;
  readonly items: readonly ExplainedItem[];
}

const formats = {
  windows_http: 'json',
  nxlog_http: 'json',
  ecs_http: 'json',
  syslog_tcp: 'syslog',
  syslog_udp: 'syslog',
  nginx_file: 'text',
} as const satisfies Record<StoryEvent['channel'], RawRecord['format']>;

const sourceOf = (channel: StoryEvent['channel']): string =>
  channel === 'nginx_file' ? 'demo-nginx' : channel.startsWith('syslog') ? 'demo-syslog' : 'demo-windows';

const recordOf = ({ at, channel, payload }: StoryEvent): RawRecord => ({
  bytes: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  format: formats[channel],
  position: { kind: 'none' },
  received: at + 50,
  hints: channel === 'nginx_file' ? { dataset: 'nginx.access' } : {},
});

/** What rules make of a story, as it is told with a seed. */
export const describeDemonstration = (seed: number) =>
  describe(`the demonstration with seed ${seed}`, () => {
    const findings: Finding[] = [];
    const misread: string[] = [];
    const events: { event: EcsEvent; time: number; phase: Phase }[] = [];

    beforeAll(() => {
      const normalise = createNormaliser();
      const engine = createSigmaEngine(telling, {
        onFault: (rule, error) => misread.push(`${rule.title}: ${error.message}`),
      });
      const story = createStory({
        seed,
        start: new Date(now - 3_600_000),
        durationMinutes: 90,
        openingMinutes: 60,
      });
      for (const told of story) {
        const outcome = normalise(recordOf(told), sourceOf(told.channel));
        if (outcome.status !== 'ok') {
          misread.push(`${told.channel} ${outcome.status} ${JSON.stringify(told.payload)}`);
          continue;
        }
        const event = JSON.parse(outcome.value.json) as EcsEvent;
        const second = (time: number) => Math.floor(time / 1_000);
        if (
          second(Date.parse(event['@timestamp'])) !== second(told.at) ||
          /^generic/.test(event.event.dataset)
        )
          misread.push(
            `${told.channel} ${event.event.dataset} ${event['@timestamp']} ${event.event.original}`,
          );
        events.push({ event, time: told.at, phase: told.phase });
        for (const { rule } of engine.evaluate(event)) {
          const items = engine.explain(event, rule.id)?.items ?? [];
          findings.push({ rule, phase: told.phase, event, items });
        }
      }
    }, 180_000);

    it('is understood: every record has its own time and a known data set, and no rule fails', () => {
      expect(misread).toEqual([]);
    });

    it('is found by every rule but those that have their tests alone', () => {
      const fired = new Set(findings.map(({ rule }) => rule.id));
      const quiet = telling.filter(({ id }) => !fired.has(id)).map(({ file }) => relative(rulesFolder, file));
      expect(quiet.sort()).toEqual(withoutScene);
    });

    it('is found in every phase of the attack but the evasion', () => {
      const found = new Set(findings.map(({ phase }) => phase));
      const attack = phases.filter((phase) => phase !== 'baseline' && phase !== 'evasion');
      expect(attack.filter((phase) => !found.has(phase))).toEqual([]);
      expect(findings.filter(({ phase }) => phase === 'evasion').map(({ rule }) => rule.title)).toEqual([]);
    });

    it('is found in the evasion by the shipped model of edited lines, which leaves the office alone', async () => {
      const folder = join(rulesFolder, '../models/evasion/1');
      const { score } = (await readModelFolder(folder)).manifest;
      const evasion = await readEvasionModel(folder);
      const alike = events.flatMap(({ event, phase }) => {
        const line = getField(event, 'process.command_line');
        if (typeof line !== 'string' || !event.event.category) return [];
        const [scored] = evasion.score([line]);
        return scored !== undefined && scored.score >= score.threshold ? [{ phase, line }] : [];
      });
      const phasesOf = new Set(alike.map(({ phase }) => phase));
      expect(phasesOf.has('evasion')).toBe(true);
      const found = alike.filter(({ phase }) => phase === 'evasion').map(({ line }) => line);
      expect(found).toContainEqual(expect.stringContaining('-"En"c"odedC"ommand'));
      expect(alike.filter(({ phase }) => phase === 'baseline')).toEqual([]);
    });

    it('leaves the office alone, but for a handful of lesser findings', () => {
      const office = findings.filter(({ phase }) => phase === 'baseline');
      const titles = (levels: readonly string[]) =>
        office.flatMap(({ rule }) => (levels.includes(rule.level) ? [rule.title] : []));
      expect(titles(['high', 'critical'])).toEqual([]);
      expect(titles(['low', 'medium']).length, titles(['low', 'medium']).join('\n')).toBeLessThan(10);
    });

    it('is found by correlations, which leave the office alone, but for a lesser finding or two', () => {
      const loud = correlations.filter(({ level }) => level !== 'informational');
      const bench = createBench(loud, loaded);
      const raised = (some: typeof events) =>
        bench.run(some).alerts.flatMap(({ rule }) => loud.find(({ id }) => id === rule) ?? []);
      // What no rule sees says nothing to a correlation; looking at the whole day once is dear enough.
      const seen = events.filter(({ event }) => bench.engine.evaluate(event).length > 0);
      const found = new Set(raised(seen).map(({ name }) => name));
      expect([...found]).toEqual(
        expect.arrayContaining(['administrator_guessed', 'powershell_beacon', 'ssh_guessed']),
      );
      expect(found.size).toBeGreaterThanOrEqual(8);
      const office = raised(seen.filter(({ phase }) => phase === 'baseline'));
      expect(office.filter(({ level }) => level === 'high' || level === 'critical')).toEqual([]);
      // People mistype, and get in.
      expect(office.map(({ name }) => name).length).toBeLessThan(3);
    }, 180_000);

    it('is explained: each finding by items whose values are the event’s, with spans inside them', () => {
      expect(findings.length).toBeGreaterThan(50);
      for (const { rule, event, items } of findings) {
        expect(items.length, rule.title).toBeGreaterThan(0);
        for (const { path, value, spans, line } of items) {
          expect(line, rule.title).toBeGreaterThan(0);
          if (path === null) {
            expect(spans).toEqual([]);
            continue;
          }
          expect(value, `${rule.title} ${path}`).not.toBeNull();
          expect([getField(event, path)].flat().map(String), `${rule.title} ${path}`).toContain(value);
          for (const [start, end] of spans) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThan(start);
            expect(end).toBeLessThanOrEqual(value?.length ?? 0);
          }
        }
      }
    });
  });
