import { defineErrors } from '@tidewatch/event';

export const modelErrors = defineErrors({
  MODEL_REFUSED: { status: 400, message: 'The model in {folder} is refused. {file}: {reason}.' },
});
