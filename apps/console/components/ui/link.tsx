'use client';
import nextLink from 'next/link.js';

/** Next's link; the package is CommonJS, so its component is a member of what the module is. */
export const Link = nextLink.default;
