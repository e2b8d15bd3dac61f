import { aggregate } from './aggregate.ts';
import { append } from './append.ts';
import { asset } from './asset.ts';
import { calculate } from './calculate.ts';
import { cef } from './cef.ts';
import { cidr } from './cidr.ts';
import { clf } from './clf.ts';
import { concat } from './concat.ts';
import { convert } from './convert.ts';
import { copy } from './copy.ts';
import { csv } from './csv.ts';
import { dataset } from './dataset.ts';
import { date } from './date.ts';
import { deadLetter } from './dead_letter.ts';
import { dedupe } from './dedupe.ts';
import { dissect } from './dissect.ts';
import { done } from './done.ts';
import { drop } from './drop.ts';
import { fingerprint } from './fingerprint.ts';
import { foreach } from './foreach.ts';
import { forget } from './forget.ts';
import { geoip } from './geoip.ts';
import { grok } from './grok.ts';
import { hmac } from './hmac.ts';
import { join } from './join.ts';
import { json } from './json.ts';
import { kv } from './kv.ts';
import { labels } from './labels.ts';
import { leef } from './leef.ts';
import { list } from './list.ts';
import { logfmt } from './logfmt.ts';
import { lookup } from './lookup.ts';
import { lower } from './lower.ts';
import { move } from './move.ts';
import { parse } from './parse.ts';
import type { Processor } from './processor.ts';
import { recall } from './recall.ts';
import { redirect } from './redirect.ts';
import { regex } from './regex.ts';
import { registeredDomain } from './registered_domain.ts';
import { remember } from './remember.ts';
import { remove } from './remove.ts';
import { rename } from './rename.ts';
import { replace } from './replace.ts';
import { sample } from './sample.ts';
import { set } from './set.ts';
import { severity } from './severity.ts';
import { split } from './split.ts';
import { syslog } from './syslog.ts';
import { template } from './template.ts';
import { threatIntel } from './threat_intel.ts';
import { throttle } from './throttle.ts';
import { trim } from './trim.ts';
import { upper } from './upper.ts';
import { url } from './url.ts';
import { userAgent } from './user_agent.ts';
import { xml } from './xml.ts';
import { zeek } from './zeek.ts';

/** Processors that belong together, for the reference. */
export interface ProcessorGroup {
  readonly title: string;
  readonly says: string;
  readonly processors: readonly Processor[];
}

const group = (title: string, says: string, ...of: readonly unknown[]): ProcessorGroup => ({
  title,
  says,
  processors: of as readonly Processor[],
});

export const processorGroups: readonly ProcessorGroup[] = [
  group(
    'Texts to fields',
    'What a text is made of becomes fields. For lines of one shape `dissect` is the fastest.',
    ...[dissect, grok, regex, json, kv, logfmt, csv, xml, cef, leef, zeek],
    ...[syslog, clf, url, userAgent, registeredDomain],
  ),
  group(
    'Fields',
    'What fields are called, and what they hold. Fields of ECS get their types by themselves.',
    ...[date, set, copy, move, rename, remove, append, convert, lower, upper, trim],
    ...[split, join, replace, template, concat, calculate],
  ),
  group(
    'Meaning',
    'What values stand for.',
    ...[lookup, list, cidr, labels, severity, fingerprint, hmac, geoip, threatIntel, asset],
  ),
  group(
    'Flow',
    'What becomes of a record, and who reads what is in it.',
    ...[foreach, parse, dataset, done, drop, deadLetter, redirect],
  ),
  group(
    'Noise',
    'What is cut before it is stored. Windows go by receipt. Each process has a state of its own, which ends with it, so that several processes let more through. Where the stream refuses events, all state is forgotten, since their senders send them again. All that is held back is counted in `tidewatch_noise_suppressed_events_total`; the number that no later event of the same values carries is only there.',
    ...[dedupe, throttle, sample, aggregate],
  ),
  group(
    'Joins',
    'What earlier events said of later ones. Tables are bounded and shared by all parsers and [joins](parsers.md) of a process. Time is that of events.',
    ...[remember, recall, forget],
  ),
];

/** All processors, by their key in parser files. */
export const processors: ReadonlyMap<string, Processor> = new Map(
  processorGroups.flatMap((group) => group.processors.map((processor) => [processor.name, processor])),
);
