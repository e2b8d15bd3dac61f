import { ecsSystemPaths } from '../event/field_names.ts';
import { fieldTable, readingsOf } from '../field_table/index.ts';

/** What Windows calls a field that ECS has, and that Sigma reads under Windows' name only. */
const windowsNames: readonly (readonly [field: string, path: string])[] = [
  ['IpAddress', 'source.ip'],
  ['TargetUserName', 'user.name'],
  ['SubjectUserName', 'user.name'],
  ['ComputerName', 'host.name'],
  ['WorkstationName', 'source.domain'],
];

const paths = new Map<string, string>([
  ...[...readingsOf(fieldTable)].map(([field, [reading]]): [string, string] => [
    field,
    reading?.path ?? field,
  ]),
  ...ecsSystemPaths.map(([path, field]): [string, string] => [field, path]),
  ...windowsNames,
]);

/**
 * The names under which the fields of a group are shown and searched: ECS's where it has one, so that an alert can be
 * asked for as its events are. Where two fields would get one name, the later keeps its own.
 */
export function shownFields(fields: readonly string[]): string[] {
  const taken = new Set<string>();
  return fields.map((field) => {
    const path = paths.get(field.replaceAll(' ', '')) ?? field;
    const name = taken.has(path) ? field : path;
    taken.add(name);
    return name;
  });
}
