/** Of a page's address what a view keeps: not the row that is open, nor whether it follows what comes. */
export function viewState(search: string): string {
  const state = new URLSearchParams(search);
  state.delete('id');
  state.delete('live');
  return state.toString();
}
