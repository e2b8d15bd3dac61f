import { minuteTime } from './moment.ts';

export interface Word {
  readonly text: string;
  /** It stood between backticks. */
  readonly isCode: boolean;
}

const instant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g;

/** A sentence of the server for this reader: its moments as their clock shows them, and what is code apart. */
export const wordsOf = (sentence: string): readonly Word[] =>
  sentence
    .split(/`([^`]+)`/)
    .map((text, i) => ({
      isCode: i % 2 === 1,
      text: i % 2 === 1 ? text : text.replace(instant, (moment) => minuteTime(Date.parse(moment))),
    }))
    .filter(({ text }) => text !== '');
