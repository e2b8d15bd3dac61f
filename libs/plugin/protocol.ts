import type { Kind } from './kinds.ts';

/** What a module says of the plugin it holds. */
export interface PluginDescription {
  readonly name: string;
  readonly kind: Kind;
  readonly summary: string;
  /** JSON Schema of its configuration. */
  readonly schema: unknown;
}

/** Host to worker. Items are UTF-8 JSON arrays: threads exchange bytes, never object graphs. */
export type Request =
  | { readonly id: number; readonly ask: 'describe' }
  | { readonly id: number; readonly ask: 'create'; readonly config: unknown }
  | { readonly id: number; readonly ask: 'run'; readonly items: Uint8Array };

/** Worker to host, one answer for each request. */
export type Answer =
  | { readonly id: number; readonly ok: true; readonly value?: unknown; readonly items?: Uint8Array }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** What became of one item: its result, or why the plugin threw. */
export type ItemResult = { readonly value: unknown } | { readonly error: string };
