import { aggregate } from './aggregate.ts';
import { append } from './append.ts';
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
import { throttle } from './throttle.ts';
import { trim } from './trim.ts';
import { upper } from './upper.ts';
import { url } from './url.ts';
import { userAgent } from './user_agent.ts';
import { xml } from './xml.ts';

const texts = [
  ...[dissect, grok, regex, json, kv, logfmt, csv, xml, cef, leef],
  ...[syslog, clf, url, userAgent, registeredDomain],
];
const values = [
  ...[date, set, copy, move, rename, remove, convert, lower, upper, trim],
  ...[split, join, replace, template, concat, append, calculate],
  ...[lookup, list, cidr, labels, severity, fingerprint, hmac],
];
const flow = [foreach, parse, dataset, done, drop, deadLetter, redirect];
const joins = [remember, recall, forget];
const noise = [dedupe, throttle, sample, aggregate];

/** All processors, by their key in parser files. */
export const processors: ReadonlyMap<string, Processor> = new Map(
  ([...texts, ...values, ...flow, ...noise, ...joins] as Processor[]).map((processor) => [
    processor.name,
    processor,
  ]),
);
