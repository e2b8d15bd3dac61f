import type { Role, User } from '@tidewatch/control';
import type { DataClass } from '@tidewatch/event';
import type { Scope } from '@tidewatch/store';
import { type Caller, principalOf } from './caller.ts';

/** A class as far as it says who may read it. */
export interface ReadableClass {
  readonly name: DataClass;
  readonly readers: readonly string[];
}

/** What there is to read, as it is now: classes change while the server runs. */
export interface Readable {
  readonly all: readonly ReadableClass[];
  /** The classes that use-cases in force name, of those asked for. */
  readonly ofUseCases?: (names: readonly string[]) => readonly DataClass[];
}

/** Who works on everything that comes in, whatever its class, and so may change alerts. */
export const triagers: readonly Role[] = ['analyst', 'engineer', 'admin'];

/** Who changes rules and what was put aside, and takes back what others did. */
export const engineers: readonly Role[] = ['engineer', 'admin'];

/** Whether somebody may see only some of what their roles let them see. */
export const isNarrow = ({ reach: { dataClasses, useCases } }: User): boolean =>
  dataClasses !== undefined || useCases !== undefined;

/** What a caller may see: who triages everything, others the classes that name one of their roles; of that, their reach. */
export function scopeOf(caller: Caller, { all, ofUseCases }: Readable): Scope {
  const principal = principalOf(caller);
  if (caller.kind === 'local') return { principal, dataClasses: 'all' };
  if (caller.kind === 'anybody') return { principal, dataClasses: [] };
  const { user } = caller;
  const triages = user.roles.some((role) => triagers.includes(role));
  if (triages && !isNarrow(user)) return { principal, dataClasses: 'all' };
  const { dataClasses, useCases } = user.reach;
  const named = new Set([...(dataClasses ?? []), ...(ofUseCases?.(useCases ?? []) ?? [])]);
  const readable = all.filter(
    ({ name, readers }) =>
      (triages || readers.some((reader) => user.roles.some((role) => role === reader))) &&
      (!isNarrow(user) || named.has(name)),
  );
  return { principal, dataClasses: readable.map(({ name }) => name) };
}

/** Work that was begun reaches what its asker sees; who sees only some classes has to do with their own alone. */
export const mayWork = ({ by }: { readonly by: string }, { dataClasses, principal }: Scope): boolean =>
  dataClasses === 'all' || by === principal;

export const maySee = ({ dataClasses }: Scope, dataClass: DataClass | undefined): boolean =>
  dataClasses === 'all' || (dataClass !== undefined && dataClasses.includes(dataClass));
