import { isObject, type Json, type JsonObject } from '@tidewatch/event';

/**
 * What `event.category` may be, and the types that belong to each, as ECS 9 lists them
 * (https://www.elastic.co/docs/reference/ecs/ecs-allowed-values-event-category).
 */
const typesByCategory: Readonly<Record<string, string>> = {
  api: 'access admin allowed change creation deletion denied end info start user',
  authentication: 'start end info',
  configuration: 'access change creation deletion info',
  database: 'access change info error',
  driver: 'change end info start',
  email: 'info',
  file: 'access change creation deletion info',
  host: 'access change end info start',
  iam: 'admin change creation deletion group info user',
  intrusion_detection: 'allowed denied info',
  library: 'start',
  malware: 'info',
  network: 'access allowed connection denied end info protocol start',
  package: 'access change deletion info installation start',
  process: 'access change end info start',
  registry: 'access change creation deletion',
  session: 'start end info',
  threat: 'indicator',
  vulnerability: 'info',
  web: 'access error info',
};

/** Of `event.kind`, without `signal`, which ECS keeps for alerts of Elastic's own rules. */
const kinds = ['alert', 'asset', 'enrichment', 'event', 'metric', 'pipeline_error', 'state'];
const outcomes = ['failure', 'success', 'unknown'];

const types: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(typesByCategory).map(([category, names]) => [category, new Set(names.split(' '))]),
);

/**
 * What of an event's categorisation is not as ECS has it, a sentence each: values that ECS doesn't list, and types that
 * belong to none of the event's categories.
 */
export function categoryFaults({ event }: JsonObject): string[] {
  if (!isObject(event)) return [];
  const { kind, category, type, outcome } = event;
  const categories = listOf(category);
  const expected = new Set(categories.flatMap((name) => [...(types.get(name) ?? [])]));
  return [
    ...notIn('event.kind', listOf(kind), kinds),
    ...notIn('event.category', categories, [...types.keys()]),
    ...notIn('event.outcome', listOf(outcome), outcomes),
    ...listOf(type).flatMap((name) => typeFault(name, categories, expected)),
    ...(categories.length > 0 && listOf(type).length === 0
      ? [`event.type: missing; of ${categories.join(' and ')} it is one of ${[...expected].join(', ')}`]
      : []),
  ];
}

function typeFault(name: string, categories: readonly string[], expected: ReadonlySet<string>): string[] {
  if (expected.has(name)) return [];
  const homes = [...types].filter(([, names]) => names.has(name)).map(([category]) => category);
  if (homes.length === 0) return [`event.type: ECS has no ${JSON.stringify(name)}`];
  return categories.length === 0
    ? [`event.type: ${name} without event.category, e.g. ${homes.join(', ')}`]
    : [
        `event.type: ${name} is none of ${categories.join(' and ')} (${[...expected].join(', ')}), but of ${homes.join(', ')}`,
      ];
}

const notIn = (path: string, values: readonly string[], allowed: readonly string[]): string[] =>
  values
    .filter((value) => !allowed.includes(value))
    .map((value) => `${path}: ECS has no ${JSON.stringify(value)}, but ${allowed.join(', ')}`);

const listOf = (value: Json | undefined): string[] =>
  value === undefined || value === null ? [] : (Array.isArray(value) ? value : [value]).map(String);
