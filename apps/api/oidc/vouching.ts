import type { ControlStore, Session } from '@tidewatch/control';
import { isTidewatchError } from '@tidewatch/event';
import type { Logger } from '@tidewatch/telemetry';
import type { Grant, IdentityProvider } from './provider.ts';

/**
 * Asks the identity provider again and again whether it still vouches for who logged in by it.
 *
 * Promise: a session is asked about with the first request after 5 minutes at the latest, where the provider let Tidewatch
 * ask; roles that were taken away are gone then. Who is away is asked a minute later. What the provider gave for asking is in
 * memory only: after a restart, and where there is nothing to ask with, the session's own end is the limit.
 */
export interface Vouching {
  begin(session: string, grant: Grant): void;
  /** Whether the provider was asked now, and so the session or its user may be others. */
  asked(session: Session): Promise<boolean>;
}

const everyMs = 5 * 60_000;
const awayMs = 60_000;
const mostKept = 10_000;

interface Held {
  grant: Grant;
  due: number;
  asking?: Promise<void>;
}

export function createVouching(
  provider: IdentityProvider,
  control: Pick<ControlStore, 'vouch' | 'sessions'>,
  clock: () => number,
  log: Logger,
): Vouching {
  const held = new Map<string, Held>();

  async function ask(session: string, entry: Held): Promise<void> {
    try {
      const answer = await provider.renew(entry.grant);
      if (answer === 'unknown') held.delete(session);
      else if (answer === 'refused') {
        held.delete(session);
        await control.sessions.revoke(session);
      } else {
        entry.grant = answer.grant;
        entry.due = clock() + everyMs;
        await control.vouch(answer.identity);
      }
    } catch (error) {
      if (!isTidewatchError(error, 'OIDC_AWAY')) throw error;
      log.warn({ err: error }, 'The identity provider cannot be asked whom it vouches for');
      entry.due = clock() + awayMs;
    }
  }

  return {
    begin: (session, grant) => {
      const oldest = held.keys().next().value;
      if (held.size >= mostKept && oldest !== undefined) held.delete(oldest);
      held.set(session, { grant, due: clock() + everyMs });
    },
    asked: async ({ id }) => {
      const entry = held.get(id);
      if (entry === undefined || entry.due > clock()) return false;
      entry.asking ??= ask(id, entry).finally(() => {
        delete entry.asking;
      });
      await entry.asking;
      return true;
    },
  };
}
