/** A model of ONNX that finds users who send too often: for tests of the scorer, alone and inside a server. */
import { writeModelFolder } from '@tidewatch/models';
import { writtenFolder } from '../../libs/onnx/written_folder.ts';
import {
  attribute,
  floats,
  longs,
  node,
  subgraph,
  tensor,
  writeOnnx,
} from '../../libs/onnx/written_models.ts';

/** Repeats half of its input, after a loop of so many turns; the largest numbers become infinite. */
function halving(turns: number): Uint8Array {
  const body = subgraph({
    nodes: [node('Identity', ['going'], ['goesOn']), node('Mul', ['before', 'one'], ['next'])],
    initializers: [floats('one', [1], [1])],
    inputs: [tensor('turn', [], 7), tensor('going', [], 9), tensor('before', [1])],
    outputs: [tensor('goesOn', [], 9), tensor('next', [1])],
  });
  return writeOnnx({
    nodes: [
      node('Loop', ['turns', '', 'half'], ['part'], [attribute.graph('body', body)]),
      node('Mul', ['rows', 'far'], ['grown']),
      node('Div', ['grown', 'far'], ['once']),
      node('Mul', ['once', 'part'], ['rebuilt']),
    ],
    initializers: [longs('turns', [], [turns]), floats('half', [1], [0.5]), floats('far', [1], [2 ** 80])],
    inputs: [tensor('rows', [undefined, 2])],
    outputs: [tensor('rebuilt', [undefined, 2])],
  });
}

/** When a user sends bytes; none, unless told. */
export const sending = (id: string, time: number, bytes = 0) => ({
  '@timestamp': new Date(time).toISOString(),
  event: { id, dataset: 'flows', category: ['network'], ingested: new Date(time).toISOString() },
  user: { name: 'alice' },
  source: { bytes },
  tidewatch: { source: 'web1', data_class: 'endpoint' },
});

/** What the model of {@link writeSenders} says of the n-th event of a day that sends nothing. */
export const scoreOfNth = (n: number, most: number): number => Math.min(1, (n / most) ** 2);

/**
 * Writes the model's folder: name `senders`. A score of 1 stands for the `most`-th event of a user within a day.
 *
 * @param turns of a loop with each run
 */
export async function writeSenders(folder: string, most: number, turns = 1, version = '1'): Promise<void> {
  const golden = [1, 2, 3].map((n) => ({
    event: sending(`g${n}`, Date.parse('2026-05-04T10:00:00Z') + n),
    score: scoreOfNth(n, most),
  }));
  const { manifest, files } = writtenFolder({
    model: halving(turns),
    features: [
      { name: 'bytes', field: 'source.bytes', encode: 'number' },
      { name: 'often', aggregate: 'count', by: ['user.name'], over: '1d', encode: 'number' },
    ],
    onnx: {
      output: { name: 'rebuilt', error: 'features' },
      scale: { quantiles: [0, 1].map((share) => (share * most * most) / 8) },
      loops: true,
    },
    golden,
  });
  const { files: _, ...draft } = manifest;
  const score = { ...draft.score, by: ['event.dataset'] };
  await writeModelFolder(folder, { ...draft, name: 'senders', version, score }, Object.fromEntries(files));
}
