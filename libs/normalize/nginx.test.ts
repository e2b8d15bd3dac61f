import { expect, test } from 'vitest';
import { normalised, pick } from './normalised.suite.ts';

const at = '[21/Nov/2026:10:08:01 +0100]';

test.each<[line: string, expected: Record<string, unknown>]>([
  [
    `203.0.113.7 - - ${at} "GET /shop/cart.php?id=7&x=%20 HTTP/1.1" 200 5316 "https://shop.example/start" "Mozilla/5.0 (X11; Linux x86_64)"`,
    {
      '@timestamp': '2026-11-21T09:08:01.000Z',
      'event.category': ['web'],
      'event.outcome': 'success',
      'source.ip': '203.0.113.7',
      'user.name': undefined,
      'http.request.method': 'GET',
      'http.version': '1.1',
      'http.response.status_code': 200,
      'http.response.body.bytes': 5316,
      'http.request.referrer': 'https://shop.example/start',
      'url.original': '/shop/cart.php?id=7&x=%20',
      'url.path': '/shop/cart.php',
      'url.query': 'id=7&x=%20',
      'url.extension': 'php',
      'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64)',
      'related.ip': ['203.0.113.7'],
    },
  ],
  [
    `2001:db8::17 - jane ${at} "POST /login HTTP/2.0" 401 0 "-" "-"`,
    {
      'source.ip': '2001:db8::17',
      'user.name': 'jane',
      'event.outcome': 'failure',
      'http.version': '2.0',
      'http.request.referrer': undefined,
      'user_agent.original': undefined,
      'related.user': ['jane'],
    },
  ],
  [
    `198.51.100.4 - - ${at} "GET /a?q=\\x22><script>\\x5C HTTP/1.1" 404 162 "-" "caf\\xC3\\xA9 \\x1B[31m"`,
    {
      'url.query': 'q="><script>\\',
      'url.path': '/a',
      'user_agent.original': 'café \\x1B[31m',
      'http.response.status_code': 404,
    },
  ],
  [
    `198.51.100.4 - - ${at} "\\x16\\x03\\x01\\x02\\x00\\x01" 400 157 "-" "-"`,
    {
      'http.request.method': undefined,
      'url.original': undefined,
      'nginx.request': '\\x16\\x03\\x01\\x02\\x00\\x01',
      'http.response.status_code': 400,
    },
  ],
  [
    `198.51.100.4 - - ${at} "" 400 0 "-" "-"`,
    { 'http.response.status_code': 400, 'http.request': undefined, 'nginx.request': undefined },
  ],
  [
    `198.51.100.4 - - ${at} "GET http://Intern.example:8080/x HTTP/1.1" 200 1 "-" "curl/8.5.0" "10.1.2.3"`,
    { 'url.domain': 'Intern.example', 'url.path': '/x', 'user_agent.original': 'curl/8.5.0' },
  ],
  [
    `198.51.100.4 - - ${at} "CONNECT mail.example:443 HTTP/1.1" 405 0 "-" "-"`,
    { 'url.domain': 'mail.example', 'url.path': undefined, 'http.request.method': 'CONNECT' },
  ],
  [
    `198.51.100.4 - - ${at} "GET /cut/short/by/the/shipp`,
    { 'source.ip': '198.51.100.4', 'http.response': undefined, '@timestamp': '2026-11-21T09:08:01.000Z' },
  ],
  [
    `198.51.100.4 - Jane Roe ${at} "GET / HTTP/1.1" 304 - "-" "said \\"hi\\" once"`,
    {
      'user.name': 'Jane Roe',
      'http.response.body.bytes': undefined,
      'user_agent.original': 'said "hi" once',
    },
  ],
  [
    `gateway.example - - ${at} "GET / HTTP/1.0" 200 3`,
    { 'source.domain': 'gateway.example', 'source.ip': undefined, 'source.address': 'gateway.example' },
  ],
])('%s', (line, expected) => {
  const event = normalised(line);
  expect(event.event.dataset).toBe('nginx.access');
  expect(event.message).toBe(line);
  expect(pick(event, expected)).toEqual(expected);
});

test('through syslog the line keeps the host that sent it', () => {
  const event = normalised(
    `<190>Nov 21 09:08:01 web1 nginx: 203.0.113.7 - - ${at} "GET / HTTP/1.1" 200 3 "-" "-"`,
  );
  const expected = { 'event.dataset': 'nginx.access', 'host.name': 'web1', 'http.response.status_code': 200 };
  expect(pick(event, expected)).toEqual(expected);
});

test.each([
  `203.0.113.7 - - [21/Foo/2026:10:08:01 +0100] "GET / HTTP/1.1" 200 1`,
  `203.0.113.7 - - [31/Feb/2026:10:08:01 +0100] "GET / HTTP/1.1" 200 1`,
  'some text [of no form] "at all" 200 1',
])('is no access line: %s', (line) => expect(normalised(line).event.dataset).toBe('generic.text'));
