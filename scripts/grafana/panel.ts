import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import * as model from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/** Grafana's names of units. `none` is a plain number, `eps` events a second. */
export type Unit = 'Bps' | 'bytes' | 'eps' | 'none' | 'percent' | 'percentunit' | 'reqps' | 's' | 'short';

export interface PanelSpec {
  readonly title: string;
  /** What is seen, and what it says when it is high or low. */
  readonly about: string;
  readonly unit: Unit;
  /** PromQL by legend, which may hold `{{label}}`. */
  readonly queries: Readonly<Record<string, string>>;
  /** Of 24 columns. */
  readonly width?: number;
}

type Change = readonly [from: number, colour: 'green' | 'orange' | 'red'];

/** Whichever Prometheus the dashboard's variable `datasource` chooses. */
export const datasource = { type: 'prometheus', uid: `\${datasource}` };

const targets = ({ queries }: PanelSpec, instant: boolean) =>
  Object.entries(queries).map(([legend, promql], place) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + place))
      .datasource(datasource)
      .expr(promql)
      .legendFormat(legend);
    return instant ? query.instant() : query.range();
  });

const colours = (changes: readonly Change[]) =>
  new model.ThresholdsConfigBuilder()
    .mode(model.ThresholdsMode.Absolute)
    .steps([{ value: null, color: 'green' }, ...changes.map(([value, color]) => ({ value, color }))]);

/** Lines over time. */
export function lines(spec: PanelSpec & { readonly stacked?: boolean; readonly max?: number }) {
  const panel = new timeseries.PanelBuilder()
    .title(spec.title)
    .description(spec.about)
    .datasource(datasource)
    .unit(spec.unit)
    .span(spec.width ?? 12)
    .height(8)
    .targets(targets(spec, false))
    .lineWidth(1)
    .fillOpacity(spec.stacked ? 30 : 5)
    .showPoints(common.VisibilityMode.Never)
    .stacking(
      new StackingConfigBuilder().mode(spec.stacked ? common.StackingMode.Normal : common.StackingMode.None),
    )
    .axisSoftMin(0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    );
  return spec.max === undefined ? panel : panel.max(spec.max);
}

/** The newest value, large. */
export const number = (spec: PanelSpec & { readonly changes?: readonly Change[] }) =>
  new stat.PanelBuilder()
    .title(spec.title)
    .description(spec.about)
    .datasource(datasource)
    .unit(spec.unit)
    .span(spec.width ?? 4)
    .height(4)
    .targets(targets(spec, true))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .thresholds(colours(spec.changes ?? []));

/** The newest values, a row for each series: its labels and `Value`. */
export const rows = (spec: PanelSpec) =>
  new table.PanelBuilder()
    .title(spec.title)
    .description(spec.about)
    .datasource(datasource)
    .unit(spec.unit)
    .span(spec.width ?? 12)
    .height(8)
    .targets(targets(spec, true).map((query) => query.format(PromQueryFormat.Table)))
    .withTransformation({ id: 'organize', options: { excludeByName: { Time: true } } });
