import { isObject } from '@tidewatch/event';
import { defineProcessor, pathPairs } from './processor.ts';
import { merger, takeField, workWriter } from './work.ts';

/** Moves fields. */
export const move = defineProcessor({
  name: 'move',
  summary:
    'Moves fields to other places; what is not there is passed over. Objects join, and what is empty after that is gone.',
  config: pathPairs('New place by old.', { 'zeek.id.orig_h': 'source.address' }),
  examples: [
    {
      title: 'a field, and an object',
      config: { 'app.src': 'source.address', 'app.more': 'app.x', 'app.none': 'user.name' },
      before: { app: { src: '192.0.2.7', more: { b: 1 }, x: { a: 1 } } },
      after: { app: { x: { a: 1, b: 1 } }, source: { address: '192.0.2.7' } },
    },
  ],
  create(config) {
    const moves = Object.entries(config).map(([from, to]) => ({
      keys: from.split('.'),
      write: workWriter(to),
      merge: merger(to),
    }));
    return (work) => {
      for (const { keys, write, merge } of moves) {
        const value = takeField(work.fields, keys);
        if (isObject(value)) merge(work, value);
        else if (value !== undefined && value !== null) write(work, value);
      }
      return undefined;
    };
  },
});
