/** How alike the scores of two runs over the same steps are. */
export interface Likeness {
  readonly mean: number;
  readonly p99: number;
  readonly pearson: number;
  /** Of the 0.5 % of steps with the highest scores, the share that both have. */
  readonly overlap: number;
}

export function likeness(own: Float64Array, peer: Float64Array): Likeness {
  const [ownMean, peerMean] = [mean(own), mean(peer)];
  let [both, ownOnly, peerOnly] = [0, 0, 0];
  for (let i = 0; i < own.length; i++) {
    const a = (own[i] as number) - ownMean;
    const b = (peer[i] as number) - peerMean;
    both += a * b;
    ownOnly += a * a;
    peerOnly += b * b;
  }
  const [ownTop, peerTop] = [top(own), top(peer)];
  return {
    mean: ownMean / peerMean,
    p99: at(own, 0.99) / at(peer, 0.99),
    pearson: both / Math.sqrt(ownOnly * peerOnly),
    overlap: [...ownTop].filter((step) => peerTop.has(step)).length / ownTop.size,
  };
}

/** How likely a step that was planted scores higher than one that was not. */
export function auc(scores: Float64Array, planted: (step: number) => boolean): number {
  const order = [...scores.keys()].sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let [ranks, count] = [0, 0];
  for (const [rank, step] of order.entries())
    if (planted(step)) {
      ranks += rank + 1;
      count++;
    }
  return (ranks - (count * (count + 1)) / 2) / (count * (scores.length - count));
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const at = (values: Float64Array, share: number): number =>
  values.toSorted()[Math.floor(values.length * share)] as number;

function top(values: Float64Array): Set<number> {
  const order = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number));
  return new Set(order.slice(0, Math.round(values.length * 0.005)));
}
