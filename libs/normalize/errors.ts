import { defineErrors } from '@tidewatch/event';

export const errors = defineErrors({
  UNKNOWN_TIME_ZONE: {
    status: 400,
    message: 'The time zone "{timeZone}" is not known. Use a name such as Europe/Athens, or UTC.',
  },
  PSEUDONYM_KEYS_INVALID: {
    status: 400,
    message: 'The keys of pseudonyms in {place} are not right: {problem}.',
  },
});
