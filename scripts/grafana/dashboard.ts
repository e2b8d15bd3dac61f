import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from './panel.ts';

export interface DashboardSpec {
  /** Also the name of its file, and what alerts link to. */
  readonly uid: `tidewatch-${string}`;
  readonly title: string;
  readonly about: string;
  /** Values to choose from, besides `datasource` and `job`: PromQL of `label_values` by name. */
  readonly choices?: Readonly<Record<string, string>>;
  readonly time?: { readonly from: string; readonly to: string };
  /** Panels by the title of their row. */
  readonly rows: Readonly<Record<string, readonly Builder<Panel>[]>>;
}

function choice(name: string, query: string, several: boolean): QueryVariableBuilder {
  const variable = new QueryVariableBuilder(name)
    .label(name)
    .query(query)
    .datasource(datasource)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(several)
    .includeAll(several);
  return several ? variable.allValue('.+').current({ text: 'All', value: '$__all' }) : variable;
}

export function dashboard(spec: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(`Tidewatch: ${spec.title}`)
    .uid(spec.uid)
    .description(spec.about)
    .tags(['tidewatch'])
    .time({ from: 'now-6h', to: 'now', ...spec.time })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Tidewatch')
        .type(DashboardLinkType.Dashboards)
        .tags(['tidewatch'])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
    )
    .withVariable(new DatasourceVariableBuilder('datasource').type('prometheus').label('Prometheus'))
    .withVariable(choice('job', 'label_values(tidewatch_build_info, job)', true));
  for (const [name, query] of Object.entries(spec.choices ?? {}))
    builder.withVariable(choice(name, query, false));
  for (const [title, panels] of Object.entries(spec.rows)) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  const built = builder.build();
  return { ...built, panels: (built.panels ?? []).map((panel, place) => ({ ...panel, id: place + 1 })) };
}
