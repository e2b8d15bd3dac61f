import type { LogSource } from './rule.ts';

/** One way an event can be of a category. What is not given is not asked for. */
export interface WindowsAlternative {
  readonly service?: string;
  readonly provider?: string;
  readonly eventIds?: readonly string[];
  /** The event's own EventType, where one id stands for several things (Sysmon 12). */
  readonly eventType?: string;
  /** Fields of such an event that rules of the category know by another name: from, to. */
  readonly fields?: readonly (readonly [from: string, to: string])[];
}

/** Which events of the Windows event log Sigma's log sources mean. */
export interface WindowsTable {
  /** Channels by service. */
  readonly services: ReadonlyMap<string, readonly string[]>;
  readonly categories: ReadonlyMap<string, readonly WindowsAlternative[]>;
}

/** What an event of the Windows event log says about its source, in folded case; null where it says nothing. */
export interface WindowsFacts {
  readonly channel: string | null;
  readonly provider: string | null;
  readonly eventId: string | null;
  readonly eventType: string | null;
}

/** What any event says about its source. A set that is absent is unknown; one that is empty states: none. */
export interface SourceFacts {
  readonly products?: ReadonlySet<string>;
  readonly categories?: ReadonlySet<string>;
  /** Categories that it states not to be of, where it does not state all that it is of. */
  readonly notCategories?: ReadonlySet<string>;
  readonly services?: ReadonlySet<string>;
  readonly windows?: WindowsFacts;
}

/** Categories and services that never come through the Windows event log. */
const elsewhere = new Set([
  'webserver',
  'proxy',
  'dns',
  'firewall',
  'database',
  'appliance',
  'application',
  'network',
]);
const servicesElsewhere = new Set([
  'apache',
  'nginx',
  'netflow',
  'auditd',
  'auth',
  'sshd',
  'sudo',
  'syslog',
  'cron',
]);

export interface Matcher {
  /** False only where both the log source and the event state something and the two differ. */
  matches(logsource: LogSource, facts: SourceFacts): boolean;
  /** Fields to be known by a second name in such an event. */
  fieldsOf(facts: SourceFacts): readonly (readonly [from: string, to: string])[];
  /** Whether rules may tell such events apart by their EventType. */
  usesEventType(eventId: string): boolean;
  /** All renamed fields of the table. */
  readonly fields: readonly (readonly [from: string, to: string])[];
}

export function createLogSourceMatcher(table: WindowsTable): Matcher {
  const channels = new Map(
    [...table.services].map(([service, names]) => [
      service,
      new Set(names.map((name) => name.toLowerCase())),
    ]),
  );
  const alternatives = [...table.categories.values()].flat();
  const typed = new Set(
    alternatives.flatMap(({ eventType, eventIds }) => (eventType === undefined ? [] : (eventIds ?? []))),
  );

  const ofService = (service: string, { channel }: WindowsFacts): boolean => {
    const known = channels.get(service);
    if (known === undefined) return !servicesElsewhere.has(service);
    return channel === null || known.has(channel);
  };

  const holds = (alternative: WindowsAlternative, facts: WindowsFacts): boolean =>
    (alternative.service === undefined || ofService(alternative.service, facts)) &&
    agrees(alternative.provider?.toLowerCase(), facts.provider) &&
    (alternative.eventIds === undefined ||
      facts.eventId === null ||
      alternative.eventIds.includes(facts.eventId)) &&
    agrees(alternative.eventType?.toLowerCase(), facts.eventType);

  function ofCategory(category: string, product: string | undefined, facts: WindowsFacts): boolean {
    const known = table.categories.get(category);
    if (known === undefined) return product !== undefined || !elsewhere.has(category);
    return known.some((alternative) => holds(alternative, facts));
  }

  return {
    fields: alternatives.flatMap(({ fields = [] }) => fields),
    usesEventType: (eventId) => typed.has(eventId),
    fieldsOf: ({ windows }) =>
      windows === undefined || windows.eventId === null
        ? []
        : alternatives.flatMap((each) =>
            each.fields !== undefined && holds(each, windows) ? each.fields : [],
          ),
    matches({ product, category, service }, facts) {
      if (!states(facts.products, product)) return false;
      const { windows } = facts;
      if (category !== undefined && facts.notCategories?.has(category)) return false;
      if (windows === undefined) return states(facts.categories, category) && states(facts.services, service);
      if (service !== undefined && !ofService(service, windows)) return false;
      return category === undefined || ofCategory(category, product, windows);
    },
  };
}

const agrees = (wanted: string | undefined, stated: string | null): boolean =>
  wanted === undefined || stated === null || wanted === stated;

const states = (stated: ReadonlySet<string> | undefined, wanted: string | undefined): boolean =>
  wanted === undefined || stated === undefined || stated.has(wanted);

/** Whether one log source states all that another does, and so means no other events. */
export const isWithin = (narrow: LogSource, wide: LogSource): boolean =>
  (['product', 'category', 'service'] as const).every(
    (part) => wide[part] === undefined || wide[part] === narrow[part],
  );
