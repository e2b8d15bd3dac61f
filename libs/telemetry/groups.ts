import type { MetricName } from './catalogue.ts';

export type GroupRow = readonly [name: MetricName, labels: Readonly<Record<string, string>>, value: number];

/** Gauges that are told in groups, and written when they are told: to scrape thousands of them only joins what is there. */
export interface Groups {
  /** Says all of a group; what it said before and does not say now is gone. Rows without a number are left out. */
  readonly put: (group: string, rows: readonly GroupRow[]) => void;
  readonly rows: (name: MetricName) => readonly GroupRow[];
  /** The lines of a metric in the Prometheus text format. */
  readonly text: (name: MetricName) => string;
}

interface Told {
  readonly rows: readonly GroupRow[];
  readonly text: string;
}

/** @param named told of each metric when it is first said */
export function createGroups(named: (name: MetricName) => void): Groups {
  const metrics = new Map<MetricName, Map<string, Told>>();
  /** What a scrape found joined, until something else is told. */
  const joined = new Map<MetricName, string>();

  return {
    put(group, all) {
      joined.clear();
      const rows = new Map<MetricName, GroupRow[]>();
      for (const row of all) {
        if (Number.isNaN(row[2])) continue;
        const own = rows.get(row[0]);
        if (own === undefined) rows.set(row[0], [row]);
        else own.push(row);
      }
      for (const [name, told] of metrics) if (!rows.has(name)) told.delete(group);
      for (const [name, own] of rows) {
        let told = metrics.get(name);
        if (told === undefined) {
          told = new Map();
          metrics.set(name, told);
          named(name);
        }
        told.set(group, { rows: own, text: own.map(lineOf).join('') });
      }
    },
    rows: (name) => [...(metrics.get(name)?.values() ?? [])].flatMap(({ rows }) => rows),
    text(name) {
      let text = joined.get(name);
      if (text === undefined) {
        text = Array.from(metrics.get(name)?.values() ?? [], (told) => told.text).join('');
        joined.set(name, text);
      }
      return text;
    },
  };
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/** https://prometheus.io/docs/instrumenting/exposition_formats/, "Text format details" */
function lineOf([name, labels, value]: GroupRow): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) => `${label}="${text.replace(/[\\"\n]/g, (found) => escapes[found] as string)}"`,
  );
  const number = Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
  return `tidewatch_${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${number}\n`;
}
