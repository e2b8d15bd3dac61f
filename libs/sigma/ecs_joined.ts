import { isObject, type JsonObject } from '@tidewatch/event';

/** The account as Windows writes it, `DOMAIN\user`; null where ECS names no domain. */
export function joinedUser({ user }: JsonObject): string | null {
  if (!isObject(user) || typeof user.name !== 'string' || typeof user.domain !== 'string') return null;
  return `${user.domain}\\${user.name}`;
}

/** The command line of a process of which only the arguments are known; null where they are not. */
export function joinedArguments({ process }: JsonObject): string | null {
  return isObject(process) && Array.isArray(process.args) ? process.args.map(String).join(' ') : null;
}
