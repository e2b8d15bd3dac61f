import { expect, it } from 'vitest';
import { techniques } from '../attack/techniques.ts';
import { techniqueName } from './technique.ts';

it.each([
  ['T1003', 'OS Credential Dumping'],
  ['T1003.001', 'OS Credential Dumping: LSASS Memory'],
  ['T1003.999', undefined],
  ['T0000', undefined],
  ['constructor', undefined],
])('knows %s as %s', (id, name) => expect(techniqueName(techniques, id)).toBe(name));
