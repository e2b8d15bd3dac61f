import { file } from './file.ts';
import { http } from './http.ts';
import { syslog } from './syslog.ts';

export { file, http, syslog };

/** The inputs that ship, as plugins of kind `input`. */
export const inputs = [http, syslog, file] as const;
