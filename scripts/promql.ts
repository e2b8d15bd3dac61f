import { parser } from '@prometheus-io/lezer-promql';

/** A metric as PromQL names it, and the functions around it, the nearest first. */
export interface Selected {
  readonly name: string;
  readonly within: readonly string[];
  /** The selector as it stands. */
  readonly text: string;
}

/**
 * The metrics that an expression reads, in its order. Grafana's `$__rate_interval` counts as a duration, its quoted variables as texts.
 *
 * @throws Error where it is not PromQL, with the place
 */
export function selectedIn(promql: string): Selected[] {
  const text = promql.replaceAll('$__rate_interval', '5m').replace(/\$\{\w+:doublequote\}/g, '"x"');
  const found: Selected[] = [];
  const functions: { readonly name: string; readonly to: number }[] = [];
  parser.parse(text).iterate({
    enter({ name, from, to, type, node }) {
      if (type.isError) throw new Error(`No PromQL at ${from}: ${text}`);
      while (functions.length > 0 && from >= functions[0]!.to) functions.shift();
      if (name === 'FunctionCall') {
        const called = node.getChild('FunctionIdentifier');
        functions.unshift({ name: text.slice(called?.from, called?.to), to });
      }
      if (name !== 'VectorSelector') return;
      const named = node.getChild('Identifier');
      if (named === null) throw new Error(`A selector without a name at ${from}: ${text}`);
      const within = functions.map((each) => each.name);
      found.push({ name: text.slice(named.from, named.to), within, text: text.slice(from, to) });
    },
  });
  return found;
}
