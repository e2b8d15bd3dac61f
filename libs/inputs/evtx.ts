import { definePlugin } from '@tidewatch/plugin';
import { evtxConfig } from './evtx/config.ts';
import { evtxPosition, readEvtx } from './evtx/read.ts';
import { createRecordFiles } from './record_files.ts';

/** Reads Windows event logs (`.evtx`), and what is added to them; a record is the same event in each copy of its log. */
export const evtx = definePlugin({
  name: 'evtx',
  kind: 'input',
  summary: 'Reads Windows event logs (.evtx), each record once, in whichever copies of a log it is.',
  config: evtxConfig,
  create: (config, context) =>
    createRecordFiles('evtx', { position: evtxPosition, read: readEvtx }, config, context),
});
