import { evtx } from './evtx.ts';
import { file } from './file.ts';
import { http } from './http.ts';
import { journald } from './journald.ts';
import { kafka } from './kafka.ts';
import { relp } from './relp.ts';
import { syslog } from './syslog.ts';

export { readEvtx } from './evtx/read.ts';
export { createHeader, type HeaderKind } from './file/header.ts';
export { evtx, file, http, journald, kafka, relp, syslog };

/** The inputs that ship, as plugins of kind `input`. */
export const inputs = [http, syslog, relp, file, journald, evtx, kafka] as const;
