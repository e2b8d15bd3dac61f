import type { Chosen } from './predict.ts';
import type { StateReader, StateWriter } from './state_bytes.ts';

/** Writes which methods were chosen, or that none was. */
export function writeChoice(choice: Chosen | undefined, state: StateWriter): void {
  state.number(choice?.parts.length ?? 0);
  if (choice === undefined) return;
  state.number(choice.error);
  state.numbers(choice.seasons);
  for (const { method, season, weight, error, parameters } of choice.parts) {
    state.text(method);
    for (const each of [season, weight, error]) state.number(each);
    state.numbers(parameters);
  }
}

/** Reads what {@link writeChoice} wrote. */
export function readChoice(saved: StateReader): Chosen | undefined {
  const length = saved.number();
  if (length === 0) return undefined;
  const error = saved.number();
  const seasons = [...saved.numbers()];
  const parts = Array.from({ length }, () => ({
    method: saved.text(),
    season: saved.number(),
    weight: saved.number(),
    error: saved.number(),
    parameters: saved.numbers(),
  }));
  return { error, seasons, parts };
}
