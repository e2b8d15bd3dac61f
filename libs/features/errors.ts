import { defineErrors } from '@tidewatch/event';

export const featureErrors = defineErrors({
  FEATURE_STATE_UNREADABLE: {
    status: 400,
    message: 'The saved windows of features cannot be read: {reason}.',
  },
});
