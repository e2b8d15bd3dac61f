import type { Credit } from '@tidewatch/sigma';
import { visibleLine } from '../dead_letters/visible.ts';

/** Nothing where the rule says nothing; indented by two blanks. */
export const creditLines = ({ author, license, references = [] }: Partial<Credit>): string[] => [
  ...(author === undefined ? [] : [`  author: ${visibleLine(author, 320)}`]),
  ...(license === undefined ? [] : [`  licence: ${visibleLine(license, 320)}`]),
  ...references.map((reference) => `  reference: ${visibleLine(reference, 320)}`),
];
