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
  LOGIN_REFUSED: { status: 401, message: 'The name or the password is not right.' },
  LOGINS_BUSY: { status: 503, message: 'Too many people log in at once. Try again in some seconds.' },
  IDENTITY_WITHOUT_ROLE: {
    status: 403,
    message:
      'The identity provider knows you, but none of your groups has a role here. Ask an administrator of Tidewatch.',
  },
  IDENTITY_TAKEN: {
    status: 403,
    message: 'There is another user {user} here already. An administrator has to delete one of the two.',
  },
  PASSWORD_WEAK: { status: 400, message: 'This password is too easy to guess: {why}' },
  PASSWORD_WRONG: { status: 403, message: 'The current password is not right.' },
  LAST_ADMIN: {
    status: 409,
    message: 'Nobody else who may log in is an administrator: make somebody one first.',
  },
  KEY_INVALID: { status: 400, message: 'The API key cannot be made: {why}' },
  USER_UNKNOWN: { status: 404, message: 'There is no user {user}.' },
  USER_DISABLED: { status: 409, message: 'The user {user} is disabled. Enable them first.' },
  USER_INVALID: {
    status: 400,
    message:
      'A user needs an id of 1 to 64 letters, digits, `.`, `_`, `@` or `-` that is not a name of Tidewatch itself, and at least one role.',
  },
  CASE_UNKNOWN: { status: 404, message: 'There is no case {id}, or its time to live is over.' },
  CASE_CHANGED: {
    status: 409,
    message: 'Somebody changed the case meanwhile (it is at version {version}). Read it again, then decide.',
  },
  CASE_FULL: { status: 409, message: 'A case holds {most} alerts at most. Open another one.' },
  CASE_CHANGE_UNKNOWN: {
    status: 404,
    message: 'There is no such change of yours, or it was made over ten minutes ago.',
  },
  CASE_CHANGE_UNDONE: { status: 409, message: 'This change was taken back already.' },
  VIEW_UNKNOWN: { status: 404, message: 'There is no view {id} of yours.' },
  VIEW_NAME_TAKEN: { status: 409, message: 'You have a view of this page named {name} already.' },
  ZONE_UNKNOWN: {
    status: 400,
    message: '{zone} is no time zone. Take a name of the IANA database, such as Europe/Berlin or UTC.',
  },
  VIEWS_FULL: { status: 409, message: 'You keep {most} views already. Delete one first.' },
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
