import type { FeatureCode } from './encoder.ts';
import { expectedOf, signedLog } from './per_event.ts';
import type { WindowedFeature } from './schema.ts';
import { bounded } from './values.ts';
import type { Windows } from './windows.ts';

/** What windows tell, as a column. */
export function windowed(feature: WindowedFeature, windows: Windows): FeatureCode {
  const read = windows.follow(feature);
  const { missing } = feature;
  const logarithm = feature.encode === 'log';
  return {
    encode(event, into, at) {
      const number = read(event);
      const known = Number.isNaN(number) ? missing : bounded(number);
      into[at] = logarithm ? signedLog(known) : known;
    },
    actual(event, row, at) {
      if (!windows.hasEntity(event)) return null;
      const number = row[at] ?? Number.NaN;
      return Number((logarithm ? signedExp(number) : number).toPrecision(digits));
    },
    expected: (_, row, at) => expectedOf(feature, row[at] ?? 0),
  };
}

/** What is left of a number in 32 bits. */
const digits = 6;
const signedExp = (number: number): number => Math.sign(number) * Math.expm1(Math.abs(number));
