import { defineErrors } from '@tidewatch/event';

export const pluginErrors = defineErrors({
  CONFIG_INVALID: { status: 400, message: '{file} is not valid:\n{issues}' },
  CONFIG_UNREADABLE: {
    status: 400,
    message: '{file} cannot be read: {reason}. Name another file with --config.',
  },
  PLUGIN_UNLOADABLE: { status: 400, message: 'The plugin {module} cannot be loaded: {reason}' },
  PLUGIN_SUSPENDED: { status: 503, message: 'The plugin {name} is suspended: {reason}' },
  THREAD_TIME: { status: 503, message: 'it took more than {ms} ms' },
  THREAD_MEMORY: { status: 503, message: '{reason}' },
});
