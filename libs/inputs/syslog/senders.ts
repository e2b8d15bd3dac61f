import type { TLSSocket } from 'node:tls';
import type { RecordHints } from '@tidewatch/plugin';
import { isLoopback, plainAddress } from '../bind.ts';
import { errors } from '../errors.ts';
import { createRangeCheck } from '../ranges.ts';
import type { SenderConfig } from './config.ts';
import type { Counts } from './counts.ts';

/** Who may send by one transport, and what is known of them. */
export interface Senders {
  /** Whether an address may send at all (counted where not). Asked before a TLS handshake. */
  admits(address: string | undefined): boolean;
  /**
   * The hints of a sender's records; undefined where its certificate has none of the names asked for (counted).
   *
   * @param socket whose handshake is over, where the transport is TLS
   */
  hintsOf(address: string | undefined, socket?: TLSSocket): RecordHints | undefined;
}

export function createSenders(config: SenderConfig, counts: Counts, secured: boolean): Senders {
  const { allow_subjects = [], client_ca } = config.tls ?? {};
  const byCertificate = secured && client_ca !== undefined;
  const mayPeer =
    config.allow_from.length > 0
      ? createRangeCheck(config.allow_from)
      : byCertificate
        ? () => true
        : isLoopback;
  return {
    admits(address) {
      const admitted = address !== undefined && mayPeer(plainAddress(address));
      if (!admitted) counts.add('strangers');
      return admitted;
    },
    hintsOf(address = '', socket) {
      const { dataset } = config;
      const hints = { peer: plainAddress(address), ...(dataset === undefined ? {} : { dataset }) };
      if (socket === undefined || !byCertificate) return hints;
      if (
        allow_subjects.length > 0 &&
        !namesOf(socket).some((name) => subjectAllowed(name, allow_subjects))
      ) {
        counts.add('certificates');
        return undefined;
      }
      const subject = socket.getPeerX509Certificate()?.subject.replaceAll('\n', ', ');
      return subject === undefined ? hints : { ...hints, subject };
    },
  };
}

const remedies = { syslog: 'Set `protocols` to `tls` alone', relp: 'Add `tls`' } as const;

/**
 * Throws `NEEDS_PEERS` where a transport would take from anybody who reaches it, and `NEEDS_TLS` where anybody on the
 * way could read along and nobody said that it may be so.
 *
 * @param secured whether the transport is TLS
 */
export function requirePeers(input: 'syslog' | 'relp', config: SenderConfig, secured: boolean): void {
  const known = config.allow_from.length > 0 || (secured && config.tls?.client_ca !== undefined);
  const { host, insecure } = config;
  if (isLoopback(host)) return;
  if (!known) throw errors.NEEDS_PEERS({ input, host });
  if (!secured && !insecure) throw errors.NEEDS_TLS({ input, host, remedy: remedies[input] });
}

/** Common names and alternative names (DNS, address, mail, URI) of the certificate that a sender showed. */
function namesOf(socket: TLSSocket): string[] {
  const { subject, subjectaltname = '' } = socket.getPeerCertificate();
  // Several common names come as an array, whatever the types say.
  const common = [subject?.CN as string | string[] | undefined].flat().filter((name) => name !== undefined);
  // A name with a comma or quote in it is written as a JSON string, so that it can't pass for two.
  const alternative = [...subjectaltname.matchAll(/(?:^|, )(?:DNS|IP Address|email|URI):([^",]+)(?=, |$)/g)];
  return [...common, ...alternative.map(([, name = '']) => name)];
}

/** Whether one of the patterns is the name, in any case; `*.` stands for exactly one label (RFC 5425, 5.2). */
export function subjectAllowed(name: string, patterns: readonly string[]): boolean {
  const plain = name.toLowerCase();
  return patterns.some((pattern) => {
    const wanted = pattern.toLowerCase();
    if (!wanted.startsWith('*.')) return plain === wanted;
    const dot = plain.indexOf('.');
    return dot > 0 && plain.slice(dot) === wanted.slice(1);
  });
}
