import { defineErrors } from '@tidewatch/event';

/** Expected failures of the log. `retryAfter` is in seconds. */
export const errors = defineErrors({
  STREAM_FULL: {
    status: 429,
    message:
      'The log has used {used} of its {limit} bytes, so stream {stream} takes nothing until its consumers catch up; try again in {retryAfter} s.',
  },
  STREAM_DISK: {
    status: 429,
    message: 'The disk refused a write to stream {stream} ({reason}); free or repair it, then try again.',
  },
  STREAM_CLOSED: { status: 503, message: 'Stream {stream} is closed.' },
  STREAM_NAME: {
    status: 400,
    message:
      '{kind} {name} must be 1 to 100 characters of a-z, 0-9, dot, dash and underscore, a letter or digit first.',
  },
  STREAM_FORMAT: {
    status: 500,
    message:
      '{path} was written in format {found}, this version reads {known}; start the newer Tidewatch on it.',
  },
  RECORD_TOO_LARGE: {
    status: 413,
    message:
      'A record of {bytes} bytes is over the limit of {limit} bytes (or its key or a header name is over 65,535).',
  },
  GROUP_TAKEN: { status: 409, message: 'Group {group} already has a consumer on stream {stream}.' },
  CONSUMER_CLOSED: { status: 503, message: 'The consumer of group {group} closed before it had caught up.' },
  LOG_NOT_FOUND: {
    status: 404,
    message:
      'There are no streams in {directory} ({reason}). Name a data folder, its folder `streams`, or the folder of one stream.',
  },
  LOG_LOCKED: {
    status: 409,
    message: 'The log {directory} is in use by process {pid}; stop it, or choose another data directory.',
  },
});
