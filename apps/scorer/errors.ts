import { defineErrors } from '@tidewatch/event';

export const scorerErrors = defineErrors({
  MODEL_UNKNOWN: { status: 404, message: 'There is no model {name}.' },
  MODEL_VERSION_UNKNOWN: { status: 404, message: 'The model {name} has no version {version}.' },
  MODEL_EXISTS: {
    status: 409,
    message:
      'The model {name} has a version {version} already, and a version never changes. Give it another number.',
  },
  MODEL_PART: {
    status: 409,
    message:
      'Of {file} there are {size} bytes, so a part cannot begin at {offset}; at most {limit} bytes are taken.',
  },
  MODEL_UPLOADS: {
    status: 429,
    message:
      'Uploads that were begun have {files} files of {bytes} bytes, and no more are taken. Finish one with `add`; what gets no part for {minutes} minutes is deleted.',
  },
  MODEL_NAMED_OTHERWISE: {
    status: 400,
    message: 'Its manifest says that it is version {version} of {name}.',
  },
  MODEL_REPLACED: {
    status: 409,
    message:
      'The folder of version {version} of {name} does not hold what was admitted: its manifest is another. A version never changes.',
  },
  MODEL_STAGE: { status: 409, message: 'Version {version} of {name} is {stage}, so it cannot be made {to}.' },
  MODEL_NO_VERSION_BEFORE: {
    status: 409,
    message: 'There is no version of {name} that was live before and is still there.',
  },
  MODEL_GATES: {
    status: 409,
    message: 'Version {version} of {name} stays as it is. {reasons}',
  },
  MODEL_CHANGED: {
    status: 409,
    message: 'Somebody else has changed the stages of {name} in the meantime. Look again.',
  },
  MODEL_STAGES: {
    status: 409,
    message:
      'What was decided about {name} cannot be read, so none of its versions runs: {reason}. Mend the document {document}, or take it away.',
  },
  MODELS_ELSEWHERE: {
    status: 409,
    message:
      'Several processes share this site, and files of models are not carried between them. Put the folder into `models.paths` of each.',
  },
});
