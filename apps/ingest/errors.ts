import { defineErrors } from '@tidewatch/event';

export const errors = defineErrors({
  TOO_MANY_JOBS: {
    status: 429,
    message: '{most} jobs wait already. Let some of them end, or cancel some.',
  },
});
