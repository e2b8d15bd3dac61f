import type { z } from 'zod';
import type * as alerts from './alerts.ts';
import type * as events from './events.ts';
import type * as primitives from './primitives.ts';
import type * as system from './system.ts';

/** The API's types, for its clients; importing them brings no code. */
export type Problem = z.infer<typeof primitives.problem>;
export type Histogram = z.infer<typeof primitives.histogram>;
export type AlertRow = z.infer<typeof alerts.alertRow>;
export type AlertDetail = z.infer<typeof alerts.alert>;
export type AlertMatch = z.infer<typeof alerts.match>;
export type AlertPage = z.infer<typeof alerts.alertPage>;
export type AlertTotals = z.infer<typeof alerts.alertTotals>;
export type AlertActionBody = z.infer<typeof alerts.alertActionBody>;
export type AlertChangeResult = z.infer<typeof alerts.alertChange>;
export type ExplainedItem = z.infer<typeof alerts.explainedItem>;
export type EventPage = z.infer<typeof events.eventPage>;
export type TopValues = z.infer<typeof events.topValues>;
export type FieldNames = z.infer<typeof events.fieldNames>;
export type Session = z.infer<typeof system.session>;
export type Health = z.infer<typeof system.health>;
export type RuleRow = z.infer<typeof system.ruleRow>;
export type RuleList = z.infer<typeof system.ruleList>;
export type RuleDetail = z.infer<typeof system.ruleDetail>;
export type DeadLetterPage = z.infer<typeof system.deadLetterPage>;
export type LiveMessages = { [K in keyof typeof system.live]: z.infer<(typeof system.live)[K]> };
