import type { ExceptionDesk } from './exception_desk.ts';
import type { Exception } from './schemas/index.ts';

type Asked = Parameters<ExceptionDesk['add']>[0];

/** Exceptions in an array; only `rule-1` is a rule, and `shared` is not alone in its file. */
export function memoryExceptions() {
  let exceptions: Exception[] = [];
  const asked: Asked[] = [];
  const desk: ExceptionDesk = {
    list: async () => exceptions,
    preview: async ({ rules }) => {
      const unknown = rules.find((id) => id !== 'rule-1');
      if (unknown !== undefined) return { ok: false, why: `There is no rule ${unknown} in force.` };
      return { ok: true, hides: () => true };
    },
    add: async (request) => {
      asked.push(request);
      const unknown = request.rules.find((id) => id !== 'rule-1');
      if (unknown !== undefined) return { ok: false, why: `There is no rule ${unknown} in force.` };
      const id = request.reason === 'shared' ? 'shared' : `exception-${asked.length}`;
      const exception: Exception = {
        id,
        title: 'Exception from Failed password',
        state: 'in_force',
        rules: [{ id: 'rule-1', title: 'Failed password' }],
        conditions: [
          {
            selection: 'c1',
            alternatives: [[{ field: 'host.name', modifiers: [], values: ['db-1'] }]],
          },
        ],
        condition: 'not c1',
        reason: request.reason,
        author: request.by,
        made: 0,
        expires: null,
        file: `exceptions/${id}.yml`,
      };
      exceptions = [exception, ...exceptions];
      return { ok: true, exception, redirected: [] };
    },
    remove: async (id) => {
      if (id === 'shared') return false;
      exceptions = exceptions.filter((one) => one.id !== id);
      return true;
    },
  };
  return { ...desk, asked };
}
