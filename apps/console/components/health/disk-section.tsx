'use client';
import type { DiskReport } from '@tidewatch/api/schemas';
import { useDisk } from '../../api/system.ts';
import { minuteTime } from '../../view/moment.ts';
import { bytes } from '../../view/quantity.ts';
import { Shown } from '../ui/shown.tsx';
import { FactTable, HealthSection, StateDot } from './health-section.tsx';

type Store = DiskReport['stores'][number];

const looks = { below: 'good', low: 'warn', high: 'bad', full: 'bad' } as const;
const words = {
  below: 'room enough',
  low: 'filling up',
  high: 'nearly full',
  full: 'full',
} as const satisfies Record<Store['standing'], string>;

/** When a store is full, as its growth goes on. */
function expected(outlook: Store['outlook']): string {
  if (outlook === undefined) return 'Not known yet: there is too little history.';
  if (outlook.soonest === undefined) return `Not full before ${minuteTime(outlook.until)}.`;
  return outlook.likely === undefined
    ? `Full ${minuteTime(outlook.soonest)} at the soonest.`
    : `Full about ${minuteTime(outlook.likely)}, ${minuteTime(outlook.soonest)} at the soonest.`;
}

/** How far each store has filled its disk budget, and when it will be full. */
export function DiskSection() {
  return (
    <HealthSection id="disk" title="Disk budgets">
      <Shown query={useDisk()} what="The disk budgets" rows={12}>
        {({ stores }) => (
          <FactTable
            label="Disk budgets"
            rows={stores}
            rowKey={({ store, place }) => `${store} ${place}`}
            empty="No store is measured yet."
            columns={[
              {
                title: 'Store',
                cell: ({ store, place }) => (
                  <span className="font-medium" title={place}>
                    {store.replaceAll('_', ' ')}
                  </span>
                ),
              },
              {
                title: 'State',
                cell: ({ standing }) => <StateDot look={looks[standing]}>{words[standing]}</StateDot>,
              },
              { title: 'Held', right: true, cell: ({ held }) => bytes(held) },
              {
                title: 'Budget',
                right: true,
                cell: ({ budget }) => (budget === undefined ? 'no limit' : bytes(budget)),
              },
              {
                title: 'Outlook',
                cell: ({ outlook, advice }) => (
                  <span className="text-soft">
                    {expected(outlook)} {advice}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Shown>
    </HealthSection>
  );
}
