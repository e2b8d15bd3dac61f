import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const text = z.string().min(1);
const duration = z.string().regex(/^\d+[smhd]$/);
const alert = z.strictObject({
  alert: z.string().regex(/^Tidewatch[A-Z][A-Za-z]+$/),
  expr: text,
  for: duration.optional(),
  keep_firing_for: duration.optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']), window: duration.optional() }),
  annotations: z.strictObject({ summary: text, description: text, runbook_url: text, dashboard: text }),
});
const recorded = z.strictObject({ record: z.string().regex(/^job:tidewatch_\w+:\w+$/), expr: text });
const file = z.strictObject({
  groups: z.array(
    z.strictObject({ name: text, interval: duration.optional(), rules: z.array(z.union([alert, recorded])) }),
  ),
});

export type AlertRule = z.infer<typeof alert>;
export type RecordingRule = z.infer<typeof recorded>;

const folder = join(import.meta.dirname, '../prometheus/rules');

/** Rules for Prometheus, as they stand in `prometheus/rules`. */
export function prometheusRules(): { readonly alerts: AlertRule[]; readonly recorded: RecordingRule[] } {
  const rules = readdirSync(folder)
    .sort()
    .flatMap((name) => file.parse(parse(readFileSync(join(folder, name), 'utf8'))).groups)
    .flatMap((group) => group.rules);
  return {
    alerts: rules.filter((rule) => 'alert' in rule),
    recorded: rules.filter((rule) => 'record' in rule),
  };
}
