import { onnxErrors } from './errors.ts';
import type { Node } from './format/onnx.ts';

/**
 * Holds that the branches of an ensemble's trees lead to leaves: the runtime takes a tree whose branch leads back, and follows it for
 * ever for the values that take it there.
 *
 * @throws ONNX_DAMAGED
 * @see https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html
 */
export function checkTrees({ operator = '', domain, attributes }: Node): void {
  if (domain !== 'ai.onnx.ml' || !operator.startsWith('TreeEnsemble')) return;
  const ints = (name: string) => attributes.find((attribute) => attribute.name === name)?.ints ?? [];
  const sides = ['true', 'false'].map((side) => ({
    children: ints(`nodes_${side}nodeids`),
    leaves: ints(`nodes_${side}leafs`),
  }));
  const trees = ints('nodes_treeids');
  const nodes = ints('nodes_nodeids');
  const modes = attributes.find(({ name }) => name === 'nodes_modes')?.texts ?? [];
  // One kind names its nodes by tree and number, the other (TreeEnsemble) by position.
  const byName = operator !== 'TreeEnsemble';
  const key = (tree: bigint | undefined, node: bigint | undefined) => `${tree} ${node}`;
  const positions = new Map(byName ? nodes.map((node, i) => [key(trees[i], node), i]) : []);
  const count = sides[0]?.children.length ?? 0;
  const childrenOf = (i: number): readonly number[] =>
    byName && modes[i] === 'LEAF'
      ? []
      : sides.flatMap(({ children, leaves }) => {
          const at = byName ? positions.get(key(trees[i], children[i])) : Number(children[i]);
          return leaves[i] === 1n || at === undefined || !(at >= 0 && at < count) ? [] : [at];
        });

  /** 0: not seen, 1: on the way to it, 2: leads to leaves. */
  const state = new Uint8Array(count);
  for (let root = 0; root < count; root++) {
    const way = [root];
    for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
      if (state[at] !== 0) {
        state[at] = 2;
        way.pop();
        continue;
      }
      state[at] = 1;
      for (const child of childrenOf(at)) {
        if (state[child] === 1)
          throw onnxErrors.ONNX_DAMAGED({ reason: `a branch of the tree node ${child} leads back to it` });
        if (state[child] === 0) way.push(child);
      }
    }
  }
}
