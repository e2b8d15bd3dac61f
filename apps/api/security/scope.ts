import type { Role, Session } from '@tidewatch/control';
import type { DataClass } from '@tidewatch/event';
import type { Scope } from '@tidewatch/store';

/** A class as far as it says who may read it. */
export interface ReadableClass {
  readonly name: DataClass;
  readonly readers: readonly string[];
}

/**
 * Who works on everything that comes in, whatever its class, and so may change alerts: a change names alerts by id, and
 * is not checked against classes.
 */
export const triagers: readonly Role[] = ['analyst', 'engineer', 'admin'];

/** Who changes rules and what was put aside, and takes back what others did. */
export const engineers: readonly Role[] = ['engineer', 'admin'];

/** What a person may see: who triages everything, others the classes that name one of their roles. */
export function scopeOf(session: Session | undefined, classes: readonly ReadableClass[]): Scope {
  if (session === undefined) return { principal: 'anonymous', dataClasses: [] };
  const { id, roles } = session.user;
  if (roles.some((role) => triagers.includes(role))) return { principal: id, dataClasses: 'all' };
  const readable = classes.filter(({ readers }) =>
    readers.some((reader) => roles.some((role) => role === reader)),
  );
  return { principal: id, dataClasses: readable.map(({ name }) => name) };
}

export const maySee = ({ dataClasses }: Scope, dataClass: DataClass | undefined): boolean =>
  dataClasses === 'all' || (dataClass !== undefined && dataClasses.includes(dataClass));
