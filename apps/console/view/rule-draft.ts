import type { RuleFault } from '@tidewatch/api/schemas';

const idLine = /^id:[ \t]*(['"]?)([^\s'"#]+)\1/m;

/** The id of the first document that has one. */
export const idOf = (source: string): string | undefined => idLine.exec(source)?.[2];

/** The same with another id for the first document that has one; its lines stay where they are. */
export const withId = (source: string, id: string): string => source.replace(idLine, `id: ${id}`);

/** A version 4 UUID (RFC 9562, 5.4); `crypto.randomUUID` is only there over HTTPS. */
export function newRuleId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A whole rule to start from. @param date of today, as `2026-11-22` */
export const ruleTemplate = ({ id, author, date }: Record<'id' | 'author' | 'date', string>): string =>
  `title: Root was refused over SSH
id: ${id}
status: experimental
description: >-
  Say what somebody does who causes these events, and why that is worth a look.
author: ${JSON.stringify(author)}
date: ${date}
tags:
  - attack.credential-access
  - attack.t1110
logsource:
  product: linux
  service: sshd
detection:
  refused:
    event.category: authentication
    event.outcome: failure
    user.name: root
  condition: refused
falsepositives:
  - Whoever administers the host and mistypes
level: medium
`;

/** What the API found wrong, with its lines; none where it refused for another reason. */
export const faultsOf = ({ faults }: Readonly<Record<string, unknown>>): readonly RuleFault[] =>
  Array.isArray(faults) ? (faults as RuleFault[]) : [];

/** Offsets of a line, from 1, in a text: its first character and where it ends. */
export function lineSpan(text: string, line: number): readonly [from: number, to: number] {
  const before = text.split('\n', line - 1).join('\n').length;
  const from = line === 1 ? 0 : Math.min(text.length, before + 1);
  const to = text.indexOf('\n', from);
  return [from, to === -1 ? text.length : to];
}
