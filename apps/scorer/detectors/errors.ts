import { defineErrors } from '@tidewatch/event';

export const detectorErrors = defineErrors({
  DETECTORS_UNREADABLE: {
    status: 500,
    message:
      'The file {file}, which holds what detectors have learnt, cannot be opened: {cause}. Move it away to let them begin anew.',
  },
  DETECTORS_AWAY: {
    status: 503,
    message: 'The thread of the detectors does not answer. It is started again; try later.',
  },
});
