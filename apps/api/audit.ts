import { createHash } from 'node:crypto';
import type { AuditEntry, AuditLog } from '@tidewatch/control';
import type { Json } from '@tidewatch/event';
import type { HealthBoard, Logger } from '@tidewatch/telemetry';
import { errors } from './errors.ts';

/**
 * Tells the audit log what people read and change.
 *
 * Reads are noted without waiting, changes durably before they are answered. Once an entry could not be written,
 * nothing is shown or changed any more (`AUDIT_UNAVAILABLE`) until one could.
 */
export interface Auditor {
  read(entry: AuditEntry): Promise<void>;
  /** Before a change: refuses it where it could not be noted. */
  beforeChange(entry: AuditEntry): Promise<void>;
  /** Durable when it resolves. */
  change(entry: AuditEntry): Promise<void>;
}

export function createAuditor(log: AuditLog, health: HealthBoard, logger: Logger): Auditor {
  let failing = false;
  const write = async (entry: AuditEntry) => {
    try {
      await log.append(entry);
      if (failing) health.set('audit', 'ready');
      failing = false;
    } catch (error) {
      if (!failing) {
        logger.error({ err: error }, 'the audit log cannot be written');
        health.set('audit', 'degraded', 'The audit log cannot be written, so nothing is shown or changed.');
      }
      failing = true;
      throw errors.AUDIT_UNAVAILABLE();
    }
  };
  return {
    read: async (entry) => {
      if (failing) return write(entry);
      // The failure is kept in `failing`, and refuses the next request.
      write(entry).catch(() => undefined);
    },
    beforeChange: async (entry) => {
      if (failing) await write({ ...entry, action: `${entry.action}.attempt` });
    },
    change: write,
  };
}

/** How much an answer shows: the length of its list, or 1 for a single thing. */
export function resultSize(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null) return 0;
  const list = Object.values(answer).find((value) => Array.isArray(value));
  return list === undefined ? 1 : list.length;
}

/** Of what was asked, a part that is longer as JSON is noted by its length and digest: a whole set of rules. */
const longestPart = 1 << 20;

/** What was asked, as JSON; `undefined` members fall away. */
export const asDetail = (value: object, longest = longestPart): Json =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => {
      const json = JSON.stringify(part) as string | undefined;
      if (json === undefined) return [];
      if (json.length <= longest) return [[name, JSON.parse(json) as Json]];
      const sha256 = createHash('sha256').update(json).digest('hex');
      return [[name, { characters: json.length, sha256 }]];
    }),
  );
