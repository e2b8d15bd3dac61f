import type { Health } from '@tidewatch/api/schemas';
import { ago } from '../../view/moment.ts';
import { FactTable, HealthSection, StateDot } from './health-section.tsx';

const roleLooks = { starting: 'warn', ready: 'good', degraded: 'bad', stopped: 'idle' } as const;

/** What runs, what listens, what is plugged in. */
export function RoleSections({ health, now }: { readonly health: Health; readonly now: number }) {
  return (
    <>
      <div className="grid gap-6 lg:grid-cols-2">
        <HealthSection id="roles" title="Roles">
          <FactTable
            label="Roles"
            rows={health.roles}
            rowKey={({ role }) => role}
            empty="No role has reported yet."
            columns={[
              { title: 'Role', cell: ({ role }) => <span className="font-medium">{role}</span> },
              { title: 'State', cell: ({ state }) => <StateDot look={roleLooks[state]}>{state}</StateDot> },
              {
                title: 'Since',
                cell: ({ since }) => (
                  <span className="whitespace-nowrap text-soft">{ago(Date.parse(since), now)}</span>
                ),
              },
              { title: 'Detail', cell: ({ detail }) => <span className="text-soft">{detail}</span> },
            ]}
          />
        </HealthSection>
        <HealthSection id="listeners" title="Listeners">
          <FactTable
            label="Listeners"
            rows={health.listeners}
            rowKey={({ input, address }) => `${input} ${address}`}
            empty="No input is configured: add one under `inputs:` in tidewatch.yml."
            columns={[
              { title: 'Input', cell: ({ input }) => <span className="font-medium">{input}</span> },
              {
                title: 'Address',
                cell: ({ address }) => <code className="font-mono text-xs">{address}</code>,
              },
              {
                title: 'State',
                cell: ({ state, detail }) => (
                  <StateDot look={state === 'listening' ? 'good' : 'bad'}>
                    <span className="whitespace-normal">{detail ?? state}</span>
                  </StateDot>
                ),
              },
            ]}
          />
        </HealthSection>
      </div>
      {health.plugins.length > 0 && (
        <HealthSection id="plugins" title="Plugins">
          <FactTable
            label="Plugins"
            rows={health.plugins}
            rowKey={({ name, kind }) => `${kind} ${name}`}
            empty=""
            columns={[
              { title: 'Plugin', cell: ({ name }) => <span className="font-medium">{name}</span> },
              { title: 'Kind', cell: ({ kind }) => kind },
              {
                title: 'State',
                cell: ({ state }) => (
                  <StateDot look={/fail|suspend|error|reject/i.test(state) ? 'bad' : 'good'}>
                    {state}
                  </StateDot>
                ),
              },
              { title: 'Detail', cell: ({ detail }) => <span className="text-soft">{detail}</span> },
            ]}
          />
        </HealthSection>
      )}
    </>
  );
}
