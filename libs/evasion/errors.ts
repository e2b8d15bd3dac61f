import { defineErrors } from '@tidewatch/event';

export const evasionErrors = defineErrors({
  EVASION_NO_RULES: {
    status: 400,
    message: 'No rule asks for anything in lines of the type {type}. Name a folder of rules that do.',
  },
  EVASION_FEW_BENIGN: {
    status: 400,
    message:
      'Only {count} different benign lines are left that no rule catches; at least {fewest} are needed.',
  },
  EVASION_MODEL_INVALID: { status: 400, message: 'Version {version} of {name} is not usable: {reason}.' },
});
