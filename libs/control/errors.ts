import { defineErrors } from '@tidewatch/event';

export const errors = defineErrors({
  LINK_UNKNOWN: {
    status: 401,
    message: 'This login link is not known. Make a new one with `npx tidewatch admin login-link`.',
  },
  LINK_USED: {
    status: 401,
    message: 'This login link was used before. Make a new one with `npx tidewatch admin login-link`.',
  },
  LINK_EXPIRED: {
    status: 401,
    message: 'This login link has expired. Make a new one with `npx tidewatch admin login-link`.',
  },
  USER_UNKNOWN: { status: 404, message: 'There is no user {user}.' },
  USER_INVALID: {
    status: 400,
    message: 'A user needs an id of 1 to 64 letters, digits, `.`, `_`, `@` or `-`, and at least one role.',
  },
  CONTROL_UNREADABLE: {
    status: 500,
    message: 'The control database {file} cannot be opened: {cause}. Check the path and its permissions.',
  },
  CONTROL_DAMAGED: {
    status: 500,
    message:
      'The control database {file} is damaged: {cause}. Restore it from a backup, or move it away to start anew.',
  },
  CONTROL_NEWER: {
    status: 500,
    message:
      'The control database {file} was written by a newer Tidewatch (format {found}, this one knows {known}).',
  },
  CONTROL_CLOSED: { status: 503, message: 'The control store is closed.' },
});
