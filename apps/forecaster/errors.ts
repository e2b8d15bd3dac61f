import { defineErrors } from '@tidewatch/event';

export const errors = defineErrors({
  FORECASTER_AWAY: {
    status: 503,
    message: 'The forecaster does not answer at present. Ask again in half a minute.',
  },
});
