import type { Detector, Findings, JsonObject, Match } from '@tidewatch/event';
import type { NewRecord } from '@tidewatch/stream';

/**
 * A match as consumers outside read it: the event that matched as it is stored, in ECS, with the rule under `rule`, what
 * its tags say of techniques under `threat`, and the rest under `tidewatch.match`. Of an event that names a rule of its
 * own, such as a firewall's, `rule` is ours; the event itself is found by `event.id`.
 *
 * The header `id` and `tidewatch.match.id` are the match's: what comes again after a crash has them, too. Records of one
 * alert share a key and so keep their order.
 *
 * @param alert id of the alert that gathers it
 */
export function outputRecord(match: Match, alert: string): NewRecord {
  const { id, detector, event, key, explanation } = match;
  const threat = event.threat === undefined ? threatOf(detector) : {};
  const document = {
    ...event,
    event: { ...event.event, kind: 'alert' },
    rule: ruleOf(detector),
    ...threat,
    tidewatch: {
      ...event.tidewatch,
      match: { id, alert, state: 'found', ...aboutRule(detector), entity: key, explanation },
    },
  };
  return record(id, alert, document);
}

/** A correlation's finding that late events took the reason from. */
export function withdrawnRecord({ id: alert, detector, key, bucket }: Findings): NewRecord {
  const id = `${alert}.withdrawn`;
  const document = {
    '@timestamp': new Date(bucket.start).toISOString(),
    event: { id, kind: 'alert' },
    rule: ruleOf(detector),
    tidewatch: { match: { id, alert, state: 'withdrawn', ...aboutRule(detector), entity: key } },
  };
  return record(id, alert, document);
}

const record = (id: string, key: string, document: object): NewRecord => ({
  key,
  headers: { id },
  value: Buffer.from(JSON.stringify(document)),
});

/** ECS, field set `rule`: only what the rule itself states. */
function ruleOf({ id, title, description, author, license, references = [] }: Detector): JsonObject {
  return {
    id,
    name: title,
    ...(description === undefined ? {} : { description }),
    ...(author === undefined ? {} : { author: [author] }),
    ...(license === undefined ? {} : { license }),
    ...(references.length === 0 ? {} : { reference: [...references] }),
  };
}

/** What ECS has no field for. */
const aboutRule = ({ engine, level, tags = [], falsePositives = [] }: Detector): JsonObject => ({
  engine,
  level,
  tags: [...tags],
  false_positives: [...falsePositives],
});

/** ECS, field set `threat`, from Sigma's tags `attack.t1059.001`. */
function threatOf({ tags = [] }: Detector): JsonObject {
  const ids = tags.flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? []);
  if (ids.length === 0) return {};
  const techniques = [...new Set(ids.map((id) => id.slice(0, 5)))];
  const below = ids.filter((id) => id.length > 5);
  const subtechnique = below.length === 0 ? {} : { subtechnique: { id: below } };
  return { threat: { framework: 'MITRE ATT&CK', technique: { id: techniques, ...subtechnique } } };
}
