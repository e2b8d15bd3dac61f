/** A snapshot that says up to where it stands for. */
export function withPosition(position: number, state: Uint8Array): Uint8Array {
  const kept = new Uint8Array(8 + state.length);
  new DataView(kept.buffer).setFloat64(0, position);
  kept.set(state, 8);
  return kept;
}

export function readKept(kept: Uint8Array): { position: number; state: Uint8Array } {
  const copy = Uint8Array.from(kept);
  return { position: new DataView(copy.buffer).getFloat64(0), state: copy.slice(8) };
}
