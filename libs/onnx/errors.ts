import { defineErrors } from '@tidewatch/event';

/** Why a model is refused, or why it has no score. Places are files of the folder and keys of `manifest.yml`. */
export const onnxErrors = defineErrors({
  ONNX_SIZE: { status: 400, message: 'The model has {bytes} bytes; at most {limit} are taken.' },
  ONNX_DAMAGED: { status: 400, message: 'The file is no whole ONNX model: {reason}.' },
  ONNX_EXTERNAL_DATA: {
    status: 400,
    message: 'The tensor {tensor} lies in another file, {location}. Export the model as one file.',
  },
  ONNX_OPERATOR: { status: 400, message: 'The operator {operator} is not taken: {reason}.' },
  ONNX_LOOP: { status: 400, message: 'The operator {operator} is not taken: {reason}.' },
  ONNX_ELEMENTS: {
    status: 400,
    message: '{place} asks for {elements} numbers; at most {limit} are taken.',
  },
  ONNX_INPUT: { status: 400, message: 'manifest.yml, onnx.input: {reason}.' },
  ONNX_OUTPUT: { status: 400, message: 'manifest.yml, onnx.output: {reason}.' },
  ONNX_FEATURE: {
    status: 400,
    message:
      'manifest.yml, features: no event of golden.ndjson has a value for {feature}, so nothing shows that it is the one trained on.',
  },
  ONNX_GOLDEN_INVALID: { status: 400, message: 'golden.ndjson, line {line}: {reason}.' },
  ONNX_GOLDEN: {
    status: 400,
    message:
      'golden.ndjson, line {line}: the score is {score}{beside}, not {expected}; they may differ by {tolerance}.',
  },
  ONNX_NOT_FINITE: { status: 400, message: 'Row {row} has no score: the model answers {value}.' },
  ONNX_RANGE: {
    status: 400,
    message:
      'Row {row} has the raw score {value}, which is not between 0 and 1. Set onnx.scale to logistic or to quantiles; the output called probabilities of a support vector machine may hold decisions, the first column being that of the other class.',
  },
  ONNX_RUNTIME: { status: 400, message: 'The runtime refuses the model: {reason}' },
  ONNX_MEMORY: { status: 400, message: 'The model asks for more memory than the {limit} MiB it may have.' },
  ONNX_TIME: { status: 503, message: 'The model took more than {ms} ms.' },
  ONNX_SLOW: {
    status: 400,
    message: 'The model scores {rate} rows a second; at least {least} are needed.',
  },
  ONNX_ENDED: { status: 503, message: 'What ran the model ended: {reason}.' },
});
