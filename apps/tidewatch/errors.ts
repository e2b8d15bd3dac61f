import { defineErrors } from '@tidewatch/event';

export const startErrors = defineErrors({
  ALERT_JOB_UNCHOSEN: {
    status: 500,
    message: 'The server stopped before all alerts were chosen, and nothing was changed. Start it again.',
  },
  ALERT_JOB_FORGOTTEN: {
    status: 404,
    message: 'Which alerts the change {id} was about is not kept any more: its time to live is over.',
  },
  DATA_NOT_WRITABLE: {
    status: 500,
    message:
      'The data folder {directory} cannot be written ({reason}). Give another with --data DIR, or mend its permissions.',
  },
  PORT_TAKEN: {
    status: 500,
    message:
      'Port {port} on {host} is taken by another program. Stop that program, or choose another port with --port N (0 takes any free one).',
  },
  ALREADY_RUNNING: {
    status: 500,
    message:
      'Tidewatch already runs on {directory} (process {pid}, {url}). Stop it first, or give another folder with --data DIR.',
  },
  DISK_FULL: {
    status: 500,
    message:
      'The disk of the data folder {directory} is full, so Tidewatch can’t start. Free some space there, then start it again: nothing is lost.',
  },
  INTAKE_SLOWED: {
    status: 429,
    message:
      'Tidewatch takes less or nothing for now, since its disk budget is nearly used up ({stores}); nothing of this call was taken. Try again in {retryAfter} s.',
  },
  NOT_RUNNING: {
    status: 503,
    message:
      'No Tidewatch runs on {directory}. Start it with `npm start`, or name its folder with --data DIR.',
  },
  SERVER_REFUSED: { status: 502, message: 'The server answered {status}: {reason}' },
  PSEUDONYM_KEYS_UNREADABLE: {
    status: 500,
    message:
      'The keys of pseudonyms in {place} cannot be read: {reason}. `tidewatch pseudonyms init` makes a file of keys.',
  },
  PSEUDONYM_KEYS_EXPOSED: {
    status: 500,
    message:
      'The file of keys {file} may be read by others than its owner (mode {mode}). Take that away with `chmod 600`, and consider whether the keys are known by now.',
  },
  PSEUDONYM_KEY_BACKDATED: {
    status: 400,
    message:
      'A key cannot count from {day} on: pseudonyms that are given already would change, and what they stand for would not be found. Name a day to come.',
  },
  PSEUDONYM_KEYS_EXIST: {
    status: 400,
    message:
      '{file} exists already. Without its keys nothing that they sealed can be opened: it is left as it is.',
  },
  PSEUDONYMS_WITHOUT_KEYS: {
    status: 500,
    message:
      'The use-case {usecase} ({file}:{line}) asks for pseudonyms, and there are no keys. Make them with `tidewatch pseudonyms init`, and name the file in tidewatch.yml under pseudonyms.file.',
  },
  NO_OPENSEARCH: {
    status: 400,
    message:
      'The configuration names no OpenSearch. Write store.opensearch.nodes into tidewatch.yml, or name its file with --config FILE.',
  },
  NO_HTTP_INPUT: {
    status: 503,
    message: 'The running server has no HTTP input. Name an endpoint with --to URL.',
  },
  EXPORT_CUT_OFF: {
    status: 502,
    message: 'The server broke off after {rows} events, so nothing was written. Its log says why.',
  },
  FILE_NOT_WRITABLE: { status: 400, message: '{file} cannot be written: {reason}.' },
  SERIES_MISSING: {
    status: 400,
    message: 'The series {id} is not in {file}, where what follows it belongs.',
  },
  SERIES_UNMEASURED: {
    status: 400,
    message:
      'No series of {file} can be measured: it has none that is longer than the first season of {season} steps and changes.',
  },
  SERIES_UNREADABLE: { status: 400, message: '{file}, line {line}: {reason}.' },
  PARSER_EXISTS: {
    status: 409,
    message: '{file} is there already. Name another parser or folder, or delete it first.',
  },
  FILE_UNREADABLE: { status: 400, message: '{file} cannot be read: {reason}.' },
  NO_RULES: {
    status: 400,
    message: '{file} holds no rule on single events that can be run.{reasons}',
  },
  UNKNOWN_LEVEL: {
    status: 400,
    message: '"{words}" is not a level. Levels are {levels}; medium+ means medium and those above.',
  },
  RULE_INVALID: { status: 400, message: 'The rule is not right, line {line}: {reason}' },
  DETECTOR_INVALID: { status: 400, message: '{file} holds no detector: {reason}' },
  USECASE_INVALID: { status: 400, message: 'The use-case is not right: {reason}' },
  RULE_WITHOUT_ID: {
    status: 400,
    message:
      'The first document of {file} has no id. Give it one (a UUID), so that its next version replaces this one.',
  },
  BACKTESTS_WAITING: {
    status: 429,
    message: '{waiting} backtests wait already. Try again when some have ended, or end one.',
  },
  PARSERS_UNREADABLE: { status: 400, message: 'Not all parsers can be read. {folder}: {reason}' },
  RULES_UNREADABLE: { status: 400, message: 'Not all rules can be read. {file}: {reason}' },
  PIPELINE_INVALID: {
    status: 400,
    message: 'The processing pipeline is not usable: {file}:{line}: {reason}',
  },
  ENDPOINT_UNREACHABLE: {
    status: 503,
    message:
      'Nothing answers at {url} ({reason}). Start Tidewatch with `npm start`, or name its bulk endpoint with --to.',
  },
  ENDPOINT_REFUSED: { status: 502, message: '{url} answered {status}: {reason}' },
  UNKNOWN_ROLE: { status: 400, message: 'There is no role "{role}". Roles are {roles}.' },
});

/** A system error in plain words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    EEXIST: 'it is not a folder',
    ENOTDIR: 'a part of its path is not a folder',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
  };
  return words[code ?? ''] ?? message;
}
