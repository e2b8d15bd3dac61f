import { z } from 'zod';
import type { Contexts, Instances, Kind } from './kinds.ts';

/** A plugin: one file that holds what it is, how it is configured, and how it is made. */
export interface Plugin<K extends Kind = Kind, Config = unknown> {
  readonly name: string;
  readonly kind: K;
  /** One sentence for the reference docs. */
  readonly summary: string;
  /** Every field has a description and, where a default doesn't say it all, an example. */
  readonly config: z.ZodType<Config>;
  readonly create: (config: Config, context: Contexts[K]) => Instances[K];
}

/** A plugin of one kind whose configuration type is not known here: its schema alone may judge a configuration. */
export type AnyPlugin<K extends Kind = Kind> = {
  [Each in K]: Omit<Plugin<Each>, 'config' | 'create'> & {
    readonly config: z.ZodType;
    readonly create: (config: never, context: Contexts[Each]) => Instances[Each];
  };
}[K];

/**
 * Defines a plugin, with the configuration's type taken from its schema.
 *
 * @example
 * export const upper = definePlugin({
 *   name: 'upper', kind: 'processor', summary: 'Puts the host name in upper case.',
 *   config: z.strictObject({}),
 *   create: () => (event) => event,
 * });
 */
export function definePlugin<K extends Kind, Schema extends z.ZodType>(plugin: {
  readonly name: string;
  readonly kind: K;
  readonly summary: string;
  readonly config: Schema;
  readonly create: (config: z.infer<Schema>, context: Contexts[K]) => Instances[K];
}): Plugin<K, z.infer<Schema>> {
  if (!/^[a-z][a-z0-9_]*$/.test(plugin.name))
    throw new TypeError(`A plugin's name is lower case letters, digits and _: "${plugin.name}" is not.`);
  return plugin as Plugin<K, z.infer<Schema>>;
}

/** The plugin's configuration as JSON Schema, for editors and the reference docs. */
export const configSchemaOf = (plugin: { readonly config: z.ZodType }): unknown =>
  z.toJSONSchema(plugin.config, { io: 'input' });
