import { defineErrors } from '@tidewatch/event';

export const startErrors = defineErrors({
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
  NOT_RUNNING: {
    status: 503,
    message:
      'No Tidewatch runs on {directory}. Start it with `npm start`, or name its folder with --data DIR.',
  },
  SERVER_REFUSED: { status: 502, message: 'The server answered {status}: {reason}' },
  NO_HTTP_INPUT: {
    status: 503,
    message: 'The running server has no HTTP input. Name an endpoint with --to URL.',
  },
  UNKNOWN_ROLE: { status: 400, message: 'There is no role "{role}". Roles are {roles}.' },
});
