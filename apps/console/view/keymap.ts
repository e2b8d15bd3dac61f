export interface KeyHelp {
  readonly keys: readonly string[];
  readonly does: string;
}

export interface KeyGroup {
  readonly title: string;
  readonly keys: readonly KeyHelp[];
}

/** What the help overlay shows beside the pages' letters: keys of any list, of single pages, and of all. The bindings stand where they act. */
export const keyGroups: readonly KeyGroup[] = [
  {
    title: 'Move',
    keys: [
      { keys: ['j'], does: 'Next row' },
      { keys: ['k'], does: 'Previous row' },
      { keys: ['o'], does: 'Open the row (also Enter)' },
      { keys: ['Esc'], does: 'Close what is open, clear the selection' },
      { keys: ['r'], does: 'Load what is new' },
    ],
  },
  {
    title: 'Triage',
    keys: [
      { keys: ['x'], does: 'Select or deselect the row' },
      { keys: ['a'], does: 'Acknowledge and assign to me' },
      { keys: ['u', '1–9'], does: 'Assign to a user' },
      { keys: ['c', '1–6'], does: 'Close with a reason' },
      { keys: ['n'], does: 'Write a note' },
      { keys: ['e'], does: 'Make an exception from the rule' },
      { keys: ['i'], does: 'Put into a case' },
      { keys: ['f'], does: 'What a value offers: filter, group, column, copy, context' },
    ],
  },
  {
    title: 'Cases',
    keys: [
      { keys: ['m'], does: 'Open a new one' },
      { keys: ['n'], does: 'Write a note' },
      { keys: ['c'], does: 'Close it' },
    ],
  },
  {
    title: 'Dead letters',
    keys: [
      { keys: ['p'], does: 'Replay the row or the selection' },
      { keys: ['d'], does: 'Drop them, with a reason' },
    ],
  },
  {
    title: 'Rules',
    keys: [{ keys: ['n'], does: 'Write a new one' }],
  },
  {
    title: 'Anomalies',
    keys: [{ keys: ['n'], does: 'Call the interval normal for its entity' }],
  },
  {
    title: 'Users',
    keys: [{ keys: ['n'], does: 'Add a user' }],
  },
  {
    title: 'API keys',
    keys: [
      { keys: ['n'], does: 'Make a key' },
      { keys: ['d'], does: 'End the key of the row' },
    ],
  },
  {
    title: 'Everywhere',
    keys: [
      { keys: ['Ctrl', 'k'], does: 'Go to a page, a view or a case' },
      { keys: ['z'], does: 'Undo the last change (10 s)' },
      { keys: ['/'], does: 'Go to the filter' },
      { keys: ['↓'], does: 'In the filter: what you asked last' },
      { keys: ['?'], does: 'This help' },
    ],
  },
];

/** Row to stand on after a step; starts at the first row, stays within the list. */
export function step(current: number, by: number, length: number): number {
  if (length === 0) return -1;
  if (current === -1) return 0;
  return Math.min(length - 1, Math.max(0, current + by));
}

/** Index of the choice that a digit key stands for, or undefined. */
export function digitChoice(key: string, choices: number): number | undefined {
  const digit = /^[1-9]$/.test(key) ? Number(key) : 0;
  return digit >= 1 && digit <= choices ? digit - 1 : undefined;
}
