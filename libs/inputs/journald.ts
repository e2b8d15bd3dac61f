import { definePlugin } from '@tidewatch/plugin';
import { journaldConfig } from './journald/config.ts';
import { journalPosition, readJournal } from './journald/read.ts';
import { createRecordFiles } from './record_files.ts';

/** Reads journals that `journalctl -o export` wrote, and what is added to them. */
export const journald = definePlugin({
  name: 'journald',
  kind: 'input',
  summary:
    'Reads journals in export format (journalctl -o export), each entry once, in whichever files it is.',
  config: journaldConfig,
  create: (config, context) =>
    createRecordFiles(
      'journald',
      {
        position: journalPosition,
        read: (path, from) => readJournal(path, from, config.max_entry_bytes),
      },
      config,
      context,
    ),
});
