/**
 * The process in which a model is tried: a line feed on the descriptor 3 when it begins; one JSON line with {@link Trial} on
 * standard input, then the golden events and the model; one JSON document with what became of it on the descriptor 3. Started by `admit.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isTidewatchError } from '@tidewatch/event';
import type { Trial, TrialAnswer } from './protocol.ts';
import { tryModel } from './trial.ts';

const answerDescriptor = 3;

writeFileSync(answerDescriptor, '\n');
const given = readFileSync(0);
const head = given.indexOf('\n');
const { manifest, golden }: Trial = JSON.parse(given.toString('utf8', 0, head));
const model = head + 1 + golden;

const answer = await tryModel(manifest, given.subarray(model), given.subarray(head + 1, model)).then(
  (admitted): TrialAnswer => ({ admitted }),
  (error: unknown): TrialAnswer => {
    if (!isTidewatchError(error)) throw error;
    return { failure: { code: error.code, details: error.details } };
  },
);
writeFileSync(answerDescriptor, JSON.stringify(answer));
// The runtime's own threads need not be waited for.
process.exit();
