import { createHash } from 'node:crypto';

const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;
const inlineStyle = /<style[^>]*>([\s\S]*?)<\/style>/g;

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const hashes = (html: string, pattern: RegExp) =>
  [...new Set([...html.matchAll(pattern)].map(([, text = '']) => hash(text)))].join(' ');

/** The content security policy of one page: its own files, and exactly the inline scripts and styles that it holds. */
export const pagePolicy = (html: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' ${hashes(html, inlineScript)}`.trimEnd(),
    `style-src 'self' ${hashes(html, inlineStyle)}`.trimEnd(),
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
