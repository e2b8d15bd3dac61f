import { expect, test } from 'vitest';
import { bindError, hostPort, isLoopback, plainAddress } from './bind.ts';

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.0.0.1.evil.example', false],
  ['', false],
])('isLoopback(%s) is %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test('addresses as people write them', () => {
  expect(plainAddress('::FFFF:192.0.2.1')).toBe('192.0.2.1');
  expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  expect(hostPort('::1', 9200)).toBe('[::1]:9200');
});

test.each([
  ['EADDRINUSE', 'PORT_TAKEN', 'another `port`'],
  ['EACCES', 'PORT_FORBIDDEN', '1024 or above'],
  ['EADDRNOTAVAIL', 'BIND_FAILED', '127.0.0.1 always is'],
])('%s is %s and says what to do', (code, expected, said) => {
  const error = bindError(Object.assign(new Error(code), { code }), {
    input: 'http',
    protocol: 'tcp',
    host: '127.0.0.1',
    port: 80,
  });
  expect(error.code).toBe(expected);
  expect(error.message).toContain(said);
  expect(error.message).not.toMatch(/\{\w+\}/);
});
