import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { detection } from './detection.ts';
import { forecaster } from './forecaster.ts';
import { forecasts } from './forecasts.ts';
import { overview } from './overview.ts';
import { pipeline } from './pipeline.ts';
import { security } from './security.ts';
import { services } from './services.ts';
import { store } from './store.ts';
import { streams } from './streams.ts';

const dashboards = [overview, pipeline, streams, detection, store, security, services, forecasts, forecaster];

/** Grafana's dashboards by their path in the repository. */
export const grafanaDashboards: Readonly<Record<string, Dashboard>> = Object.fromEntries(
  dashboards.map((one) => [`grafana/dashboards/${one.uid}.json`, one]),
);
