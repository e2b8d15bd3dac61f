import { type KqlNode, parseKql } from '@tidewatch/query';
import { durationOf, type Feature } from './schema.ts';

/** Dotted paths that features read; undefined where a condition may look at any field. */
export function fieldsOf(features: readonly Feature[]): ReadonlySet<string> | undefined {
  const fields = new Set<string>();
  for (const feature of features) {
    if (feature.aggregate === undefined) fields.add(feature.field);
    else {
      for (const field of feature.by) fields.add(field);
      if (feature.aggregate !== 'count') fields.add(feature.of);
      if (feature.where !== undefined && !addFields(feature.where, fields)) return undefined;
    }
  }
  return fields;
}

function addFields(kql: string, fields: Set<string>): boolean {
  const parsed = parseKql(kql);
  return parsed.ok && add(parsed.ast);

  function add(node: KqlNode): boolean {
    switch (node.kind) {
      case 'all':
        return true;
      case 'and':
      case 'or':
        return node.children.every(add);
      case 'not':
        return add(node.child);
      case 'nested':
        return false;
      default:
        if (typeof node.field !== 'string') return false;
        fields.add(node.field);
        return true;
    }
  }
}

/** Milliseconds of the longest window; 0 where there is none. */
export const longestWindow = (features: readonly Feature[]): number =>
  Math.max(0, ...features.map((feature) => (feature.aggregate === undefined ? 0 : durationOf(feature.over))));
