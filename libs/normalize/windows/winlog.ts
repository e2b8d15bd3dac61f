import { type Field, field } from './event_fields.ts';

/** Fields that every Windows event may have, whatever it means. */
export const winlog = {
  message: field('message'),
  channel: field('winlog.channel'),
  eventId: field('winlog.event_id'),
  provider: field('winlog.provider_name'),
  providerGuid: field('winlog.provider_guid'),
  computer: field('winlog.computer_name'),
  recordId: field('winlog.record_id'),
  level: field('winlog.level'),
  task: field('winlog.task'),
  opcode: field('winlog.opcode'),
  version: field('winlog.version'),
  keywords: field('winlog.keywords'),
  activityId: field('winlog.activity_id'),
  relatedActivityId: field('winlog.related_activity_id'),
  timeCreated: field('winlog.time_created'),
  processId: field('winlog.process.pid'),
  threadId: field('winlog.process.thread.id'),
  user: field('winlog.user'),
  eventData: field('winlog.event_data'),
  userData: field('winlog.user_data'),
} as const satisfies Readonly<Record<string, Field>>;
