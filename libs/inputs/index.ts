import { file } from './file.ts';
import { http } from './http.ts';
import { kafka } from './kafka.ts';
import { relp } from './relp.ts';
import { syslog } from './syslog.ts';

export { file, http, kafka, relp, syslog };

/** The inputs that ship, as plugins of kind `input`. */
export const inputs = [http, syslog, relp, file, kafka] as const;
