import { bucketStart, type EventMatch, type Findings } from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import { type RuleSelection, type SelectableRule, selectRules } from '@tidewatch/sigma';
import type { NewRecord, Stream } from '@tidewatch/stream';
import type { Metrics } from '@tidewatch/telemetry';
import { outputRecord, withdrawnRecord } from './output_record.ts';
import type { Notice, RuleInfo } from './protocol.ts';

/** A stream that matches are written to, for whoever follows it from outside. */
export interface Output {
  readonly name: string;
  readonly stream: Stream;
  /** Rules whose matches go there; without it only those that name it themselves (`tidewatch: { output: NAME }`). */
  readonly select?: RuleSelection;
}

export interface OutputsDeps {
  readonly outputs: readonly Output[];
  /** Data classes of what nobody did, such as the demonstration's: of no use outside. */
  readonly synthetic: ReadonlySet<string>;
  readonly metrics: Metrics;
}

/**
 * Writes matches to streams. At least once: what comes again has the ids that it had, so that consumers can tell. Rejects
 * where a stream cannot take them; then all of them are to come again.
 */
export interface Outputs {
  /** Takes the rules in force; says which of them name an output that there is not. */
  follow(rules: readonly RuleInfo[]): readonly Notice[];
  write(matches: readonly EventMatch[]): Promise<void>;
  /** Of a correlation's findings, what they show: up to ten an alert. What was written before is left out while it is remembered. */
  writeFindings(findings: readonly Findings[]): Promise<void>;
}

/** So many records are appended at once: each holds an event. */
const mostAtOnce = 500;
/** So many findings' ids are remembered. */
const mostRemembered = 10_000;

export function createOutputs({ outputs, synthetic, metrics }: OutputsDeps): Outputs {
  let wanted: readonly (readonly [Output, ReadonlySet<string>])[] = [];
  const written = new Map<string, Set<string>>();

  async function append({ name, stream }: Output, records: readonly NewRecord[]): Promise<void> {
    for (let i = 0; i < records.length; i += mostAtOnce)
      await stream.append(records.slice(i, i + mostAtOnce));
    if (records.length > 0) metrics.count('detection_output_records_total', { stream: name }, records.length);
  }

  return {
    follow(rules) {
      const loaded = rules.filter(({ state }) => state === 'loaded');
      wanted = outputs.map((output) => [output, idsFor(output, loaded)]);
      const known = new Set(outputs.map(({ name }) => name));
      return loaded.flatMap(({ title, outputs: asked = [] }) =>
        asked.filter((name) => !known.has(name)).map((name) => missing(title, name)),
      );
    },
    async write(matches) {
      const real = matches.filter(({ dataClass }) => !synthetic.has(dataClass));
      for (const [output, ids] of wanted)
        await append(
          output,
          real
            .filter(({ detector }) => ids.has(detector.id))
            .map((match) => outputRecord(match, alertOf(match))),
        );
    },
    async writeFindings(findings) {
      for (const [output, ids] of wanted) {
        const known = written.get(output.name) ?? new Set();
        written.set(output.name, known);
        const fresh = findings
          .filter(({ detector, dataClass }) => ids.has(detector.id) && !synthetic.has(dataClass))
          .flatMap(recordsOf)
          .filter(({ headers }) => !known.has(headers?.id ?? ''));
        await append(output, fresh);
        for (const { headers } of fresh) known.add(headers?.id ?? '');
        for (const id of known) {
          if (known.size <= mostRemembered) break;
          known.delete(id);
        }
      }
    },
  };
}

const alertOf = ({ detector, key, time, bucketMs }: EventMatch): string =>
  alertId(detector.id, key, bucketStart(time, bucketMs));

const recordsOf = (findings: Findings): NewRecord[] =>
  findings.count === 0
    ? [withdrawnRecord(findings)]
    : findings.matches.map((match) => outputRecord(match, findings.id));

function idsFor({ name, select }: Output, rules: readonly RuleInfo[]): ReadonlySet<string> {
  const selected = select === undefined ? [] : selectRules(rules.map(selectable), select).rules;
  const naming = rules.filter(({ outputs }) => outputs?.includes(name));
  return new Set([...selected, ...naming].map(({ id }) => id));
}

function selectable({ id, level, status, tags, file, logsource }: RuleInfo): SelectableRule {
  // A correlation's type stands in the place of a log source.
  const [product, category, service] = logsource.startsWith('correlation/') ? [] : logsource.split('/');
  const parts = Object.entries({ product, category, service }).filter(
    ([, part]) => part !== undefined && part !== '*',
  );
  return { id, level, status: status ?? null, tags, file, logsource: Object.fromEntries(parts) };
}

const missing = (title: string, name: string): Notice => ({
  level: 'warn',
  text: `The rule "${title}" asks for the output ${JSON.stringify(name)}, which \`outputs\` of the configuration does not have.`,
});
