import type { LogSource } from '../rule.ts';
import { productsOf, windowsTable } from '../windows_sources.ts';
import type { Problems } from './problems.ts';
import { and, equals, every, exists, none, not, or, type Query } from './query.ts';

/** Channels that do not (only) belong to Windows, as {@link productsOf} knows them. */
const specialChannels = ['Linux-Sysmon/Operational', 'RPCFW'];

const { services, categories } = windowsTable;

/** Services and categories whose logs never come through the Windows event log. */
const elsewhere = new Set('webserver proxy dns firewall database appliance application network'.split(' '));
const servicesElsewhere = new Set('apache nginx netflow auditd auth sshd sudo syslog cron'.split(' '));

/**
 * Which documents below `winlog` a log source means; `none` where it means none. Tidewatch writes `winlog.channel` and
 * `winlog.event_id` with every event of the Windows event log, so one that lacks them is not asked for.
 */
export function windowsDocuments({ product, category, service }: LogSource, problems: Problems): Query {
  const parts: Query[] = [];
  let named = false;
  const unknown = (name: string): void => {
    if (product === 'windows') problems.warn('unknown_logsource', { name }, ['logsource']);
  };
  if (service !== undefined) {
    named = services.has(service);
    if (named) parts.push(ofService(service, product));
    else if (servicesElsewhere.has(service)) return none;
    else unknown(`service: ${service}`);
  }
  if (category !== undefined) {
    const known = categories.get(category);
    named ||= known?.every((each) => each.service !== undefined) ?? false;
    if (known !== undefined) parts.push(or(known.map((each) => ofAlternative(each, product))));
    else if (product === undefined && elsewhere.has(category)) return none;
    else unknown(`category: ${category}`);
  }
  return and([named ? every : ofProduct(product), ...parts]);
}

const isOf = (channel: string, product: string | undefined): boolean =>
  product === undefined || productsOf(channel.toLowerCase()).has(product);

function ofProduct(product: string | undefined): Query {
  const special = specialChannels.filter((channel) => isOf(channel, product) !== isOf('', product));
  const channels = or(special.map((channel) => equals('winlog.channel', channel)));
  return isOf('', product) ? and([exists('winlog.channel'), not(channels)]) : channels;
}

const ofService = (service: string, product: string | undefined): Query =>
  or(
    (services.get(service) ?? [])
      .filter((channel) => isOf(channel, product))
      .map((channel) => equals('winlog.channel', channel)),
  );

type Alternative = NonNullable<ReturnType<typeof categories.get>>[number];

function ofAlternative(
  { service, provider, eventIds, eventType }: Alternative,
  product: string | undefined,
): Query {
  return and([
    service === undefined ? every : ofService(service, product),
    eventIds === undefined ? every : or(eventIds.map((id) => equals('winlog.event_id', id))),
    eventType === undefined ? every : equals('winlog.event_data.EventType', eventType),
    provider === undefined ? every : equals('winlog.provider_name', provider),
  ]);
}
