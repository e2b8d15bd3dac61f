import type { Acceptance, InputContext, RawRecord } from '@tidewatch/plugin';
import { type Batcher, createBatcher } from '../batcher.ts';
import { plainAddress } from '../bind.ts';
import type { PatientAccept } from '../patience.ts';
import { createTally, type Tally } from '../tally.ts';
import type { SyslogConfig } from './config.ts';
import type { Frame } from './framing.ts';
import { createPeerCheck } from './peers.ts';

/** What both transports share: from frames to records, who may send, and what is counted. */
export interface Receiver {
  readonly tallies: Readonly<Record<'cut' | 'dropped' | 'strangers' | 'refused' | 'connections', Tally>>;
  readonly batcher: Batcher;
  /** The hints of a sender's records, or undefined for one that may not send (counted). */
  peer(address: string): RawRecord['hints'] | undefined;
  take(frames: readonly Frame[], hints: RawRecord['hints']): void;
  /** A socket failed after it was bound, e.g. for want of file descriptors: the input goes on. */
  failed(error: Error): void;
  /** What was lost or cut so far, in words; undefined when nothing was. */
  detail(): string | undefined;
}

export function createReceiver(
  protocol: 'udp' | 'tcp',
  config: SyslogConfig,
  context: InputContext,
  accept: PatientAccept,
  drained: () => void,
): Receiver {
  const tally = (message: string) => createTally(context.log, message, { input: 'syslog', protocol });
  const tallies = {
    cut: tally('Messages were longer than max_line_bytes and cut'),
    dropped: tally('Datagrams were dropped: they came faster than the pipeline takes them'),
    strangers: tally('Senders that allow_from does not name were turned away'),
    refused: tally('Messages were refused by governance and not kept'),
    connections: tally('Connections over max_connections were closed'),
  };
  const mayPeer = createPeerCheck(config.allow_from);
  const words = {
    cut: 'cut',
    dropped: 'dropped',
    strangers: 'from strangers',
    refused: 'refused',
    connections: 'connections too many',
  } as const;
  const batcher = createBatcher({
    source: config.source,
    accept,
    batchRecords: protocol === 'udp' ? 256 : 2_000,
    lingerMs: protocol === 'udp' ? 10 : 0,
    maxBytes: config.max_pending_bytes,
    drained,
    answered: (answers: readonly Acceptance[]) => {
      const refused = answers.filter(({ status }) => status === 'refused').length;
      if (refused > 0) tallies.refused.add(refused);
    },
  });

  return {
    tallies,
    batcher,
    peer(address) {
      const peer = plainAddress(address);
      if (mayPeer(peer)) return config.dataset === undefined ? { peer } : { peer, dataset: config.dataset };
      tallies.strangers.add();
      return undefined;
    },
    take(frames, hints) {
      const received = Date.now();
      const records = frames.map(({ bytes, truncatedFrom }): RawRecord => {
        if (truncatedFrom !== undefined) tallies.cut.add();
        return {
          bytes,
          format: config.format,
          position: { kind: 'none' },
          received,
          hints: truncatedFrom === undefined ? hints : { ...hints, truncatedFrom },
        };
      });
      batcher.push(records);
    },
    failed: (error) => context.log.error({ err: error, input: 'syslog', protocol }, 'A connection failed'),
    detail() {
      const said = (Object.keys(words) as (keyof typeof words)[])
        .filter((key) => tallies[key].total > 0)
        .map((key) => `${tallies[key].total} ${words[key]}`);
      return said.length === 0 ? undefined : said.join(', ');
    },
  };
}
