import type { Acceptance, InputContext, RawRecord, RecordHints } from '@tidewatch/plugin';
import { type Batcher, createBatcher } from '../batcher.ts';
import type { PatientAccept } from '../patience.ts';
import type { SenderConfig, SyslogConfig } from './config.ts';
import type { Counts } from './counts.ts';
import type { Frame } from './framing.ts';

/** What the transports of plain syslog share: from frames to records. */
export interface Receiver {
  readonly counts: Counts;
  readonly batcher: Batcher;
  take(frames: readonly Frame[], hints: RecordHints): void;
  /** A socket failed after it was bound, e.g. for want of file descriptors: the input goes on. */
  failed(error: Error): void;
}

export interface ReceiverOptions {
  readonly protocol: SyslogConfig['protocols'][number];
  readonly config: SyslogConfig;
  readonly context: InputContext;
  readonly counts: Counts;
  readonly accept: PatientAccept;
  /** The queue was full and is not any more. */
  readonly drained: () => void;
}

export function createReceiver(options: ReceiverOptions): Receiver {
  const { protocol, config, context, counts } = options;
  const batcher = createBatcher({
    source: config.source,
    accept: options.accept,
    batchRecords: protocol === 'udp' ? 256 : 2_000,
    lingerMs: protocol === 'udp' ? 10 : 0,
    maxBytes: config.max_pending_bytes,
    drained: options.drained,
    answered: (answers: readonly Acceptance[]) => {
      const refused = answers.filter(({ status }) => status === 'refused').length;
      if (refused > 0) counts.add('refused', refused);
    },
  });

  return {
    counts,
    batcher,
    take(frames, hints) {
      const received = Date.now();
      batcher.push(frames.map((frame) => recordOf(frame, hints, config.format, received, counts)));
    },
    failed: (error) => context.log.error({ err: error, input: 'syslog', protocol }, 'A connection failed'),
  };
}

const position = { kind: 'none' } as const;

/** The record of one message; one that was cut is counted. */
export function recordOf(
  { bytes, truncatedFrom }: Frame,
  hints: RecordHints,
  format: SenderConfig['format'],
  received: number,
  counts: Counts,
): RawRecord {
  if (truncatedFrom === undefined) return { bytes, format, position, received, hints };
  counts.add('cut');
  return { bytes, format, position, received, hints: { ...hints, truncatedFrom } };
}
