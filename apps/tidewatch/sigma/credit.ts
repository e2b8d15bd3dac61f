import type { SigmaRule } from '@tidewatch/sigma';
import { visibleLine } from '../dead_letters/visible.ts';

/** What stands beside every match of a rule, as the rule itself says it (the Detection Rule License asks for it). */
export interface Credit {
  readonly author?: string | undefined;
  readonly license?: string | undefined;
  readonly references: readonly string[];
}

export const creditOf = ({
  author,
  license,
  references,
}: Pick<SigmaRule, 'author' | 'license' | 'references'>): Credit => ({
  ...(author === null ? {} : { author }),
  ...(license === null ? {} : { license }),
  references,
});

/** Nothing where the rule says nothing; indented by two blanks. */
export const creditLines = ({ author, license, references }: Credit): string[] => [
  ...(author === undefined ? [] : [`  author: ${visibleLine(author, 320)}`]),
  ...(license === undefined ? [] : [`  licence: ${visibleLine(license, 320)}`]),
  ...references.map((reference) => `  reference: ${visibleLine(reference, 320)}`),
];
