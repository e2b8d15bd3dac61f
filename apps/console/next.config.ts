import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

const config: NextConfig = {
  output: 'export',
  reactStrictMode: true,
  images: { unoptimized: true },
  transpilePackages: ['@tidewatch/event', '@tidewatch/query'],
  // Their barrels hold more than the console uses, such as the compiler to SQL.
  experimental: { optimizePackageImports: ['@tidewatch/event', '@tidewatch/query'] },
  turbopack: { root: fileURLToPath(new URL('../..', import.meta.url)) },
  // The root's `tsc --noEmit` checks the types of the whole repository in one program.
  typescript: { ignoreBuildErrors: true },
};

export default config;
