import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { ModelCard } from './model-card.tsx';

const shown = (text: string): string => renderToStaticMarkup(createElement(ModelCard, { text }));

it('shows what Markdown says', () => {
  const html = shown('# Odd\n\nFinds `x` for **you**.\n\n- one\n- [two](https://example.org/a)\n');
  expect(html).toContain('>Odd</h4>');
  expect(html).toMatch(/<code>x<\/code> for <strong>you<\/strong>/);
  expect(html).toMatch(/<li><a href="https:\/\/example.org\/a" rel="noreferrer" target="_blank"/);
});

it.each([
  '<script>alert(1)</script>',
  'a <img src=x onerror=alert(1)> b',
  '<div onclick="alert(1)" style="position:fixed">x</div>',
  '<svg><a xlink:href="javascript:alert(1)">x</a></svg>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '[x](javascript:alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x]( java\nscript:alert(1))',
  '[x](/api/session)',
  '![x](https://example.net/pixel.gif)',
  '<javascript:alert(1)>',
])('makes no markup, request or script of %j', (text) => {
  expect(shown(text)).not.toMatch(
    /<(?:script|img|iframe|svg|style|object|form|input)|<[^>]*\s(?:on\w+|style|src)=/i,
  );
  expect(shown(text)).not.toMatch(/href="(?!https?:)/i);
});
