import type { AlertEffect } from '@tidewatch/store';
import type { Runtime } from './runtime.ts';

/** Tells users' notifiers of alerts that were opened or reopened. The alerts stand whatever becomes of it. */
export function notify({ plugins, log }: Runtime, effects: readonly AlertEffect[]): void {
  const alerts = effects.flatMap(({ alert, effect }) => (effect === 'joined' ? [] : [alert]));
  if (alerts.length === 0) return;
  for (const plugin of plugins) {
    const { name, kind } = plugin.description;
    if (kind !== 'notifier') continue;
    plugin.run(alerts).then(
      (results) => {
        const failed = results.filter((result) => 'error' in result);
        if (failed.length > 0)
          log.warn({ plugin: name, failed: failed.length, ...failed[0] }, 'A notifier failed');
      },
      (error: Error) => log.warn({ plugin: name, reason: error.message }, 'A notifier failed'),
    );
  }
}

/** Tells everybody who follows alerts what changed in them. */
export function tellAlerts(runtime: Runtime, effects: readonly AlertEffect[]): void {
  const { metrics, live } = runtime;
  for (const { alert, effect } of effects)
    if (effect === 'created' || effect === 'reopened')
      metrics.count('alerts_opened_total', { severity: alert.detector.level });
  notify(
    runtime,
    effects.filter(({ effect }) => effect !== 'settled'),
  );
  for (const { alert, effect } of effects) {
    const { id, detector: found, last, dataClass } = alert;
    const told = effect === 'settled' ? 'changed' : effect;
    live.publish('alert', { id, effect: told, level: found.level, title: found.title, last, dataClass });
  }
}
