import { parsePam } from './pam.ts';
import { type ProgramParser, setEvent } from './program.ts';

/** util-linux: `(to root) alice on pts/0`, `FAILED SU (to root) alice on pts/0`. */
const utilLinux = /^(FAILED SU )?\(to (\S{1,256})\) (\S{1,256}) on (\S{1,64})$/;
/** shadow: `Successful su for root by alice`, `FAILED su for root by alice`. */
const shadow = /^(Successful|FAILED) su for (\S{1,256}) by (\S{1,256})$/;
/** Older: `+ /dev/pts/0 alice:root`, with `-` for a failure. */
const older = /^([+-]) (\S{1,64}) ([^\s:]{1,256})[:-](\S{1,256})$/;

/** su: `user.name` is who called it, `user.effective.name` whom they became. */
export const parseSu: ProgramParser = (message, fields) => {
  if (parsePam(message, fields)) return 'linux.su';
  const [failed, target, caller, terminal] = readSwitch(message);
  if (target !== undefined && caller !== undefined) {
    setEvent(fields, 'authentication', 'start', 'switch_user', failed ? 'failure' : 'success');
    fields.user = { name: caller, effective: { name: target } };
    if (terminal !== undefined) fields.su = { tty: terminal };
  }
  return 'linux.su';
};

type Switch = [failed: boolean, target?: string, caller?: string, terminal?: string];

function readSwitch(message: string): Switch {
  const now = utilLinux.exec(message);
  if (now !== null) return [now[1] !== undefined, now[2] as string, now[3] as string, now[4] as string];
  const words = shadow.exec(message);
  if (words !== null) return [words[1] === 'FAILED', words[2] as string, words[3] as string];
  const signs = older.exec(message);
  if (signs !== null) return [signs[1] === '-', signs[4] as string, signs[3] as string, signs[2] as string];
  return [false];
}
