import type { Health } from '@tidewatch/api/schemas';
import { ago, duration } from '../../view/moment.ts';
import { bytes, compact, count } from '../../view/quantity.ts';
import { CommandLine } from '../ui/copy.tsx';
import { RowLink } from '../ui/link.tsx';
import { FactTable, HealthSection, StateDot } from './health-section.tsx';

/** A source that sent before and is silent for this long gets attention. */
const silentMs = 15 * 60_000;
/** Above this a consumer is behind, not just busy. */
const laggingSeconds = 60;

/** Where events come from and how far they are read. */
export function FlowSections({ health, now }: { readonly health: Health; readonly now: number }) {
  return (
    <>
      <HealthSection id="sources" title="Sources">
        <FactTable
          label="Sources"
          rows={health.sources}
          rowKey={({ source, dataset, dataClass }) => `${source} ${dataset ?? ''} ${dataClass}`}
          empty={
            <div className="flex flex-col items-start gap-2">
              Nothing was sent yet. Try:
              <CommandLine command="npx tidewatch send /var/log/auth.log --source my-server" />
            </div>
          }
          columns={[
            {
              title: 'Source',
              cell: ({ source }) => (
                <RowLink
                  href={`/events?q=${encodeURIComponent(`tidewatch.source: ${JSON.stringify(source)}`)}`}
                  className="font-medium"
                >
                  {source}
                </RowLink>
              ),
            },
            {
              title: 'Dataset',
              cell: ({ dataset }) => <code className="font-mono text-xs">{dataset ?? '–'}</code>,
            },
            {
              title: 'Class',
              cell: ({ dataClass }) => <code className="font-mono text-xs">{dataClass}</code>,
            },
            { title: 'Events', right: true, cell: ({ events }) => count(events) },
            { title: 'A minute', right: true, cell: ({ perMinute }) => compact(Math.round(perMinute)) },
            {
              title: 'Last event',
              cell: ({ lastEvent, lastIngested }) => {
                if (lastEvent === null) return <span className="text-faint">never</span>;
                const silent = now - (lastIngested ?? lastEvent) > silentMs;
                return <StateDot look={silent ? 'warn' : 'good'}>{ago(lastEvent, now)}</StateDot>;
              },
            },
            {
              title: 'Failures',
              right: true,
              cell: ({ source, failures }) =>
                failures === 0 ? (
                  <span className="text-faint">0</span>
                ) : (
                  <RowLink href={`/dead-letters?source=${encodeURIComponent(source)}`} className="text-warn">
                    {count(failures)}
                  </RowLink>
                ),
            },
          ]}
        />
      </HealthSection>
      <HealthSection id="streams" title="Streams">
        <FactTable
          label="Streams"
          rows={health.streams.flatMap((stream) =>
            (stream.groups.length === 0 ? [undefined] : stream.groups).map((group, index) => ({
              stream,
              group,
              index,
            })),
          )}
          rowKey={({ stream, group }) => `${stream.stream} ${group?.group ?? ''}`}
          empty="No stream is open."
          columns={[
            {
              title: 'Stream',
              cell: ({ stream, index }) =>
                index === 0 ? (
                  <span className="font-medium">{stream.stream}</span>
                ) : (
                  <span className="sr-only">{stream.stream}</span>
                ),
            },
            {
              title: 'Records',
              right: true,
              cell: ({ stream, index }) => (index === 0 ? count(stream.records) : ''),
            },
            {
              title: 'Size',
              right: true,
              cell: ({ stream, index }) => (index === 0 ? bytes(stream.bytes) : ''),
            },
            {
              title: 'Damage',
              right: true,
              cell: ({ stream, index }) =>
                index === 0 ? (
                  <span className={stream.damage > 0 ? 'text-bad' : 'text-faint'}>
                    {count(stream.damage)}
                  </span>
                ) : (
                  ''
                ),
            },
            {
              title: 'Lost',
              right: true,
              cell: ({ stream, index }) =>
                index === 0 ? (
                  <span
                    className={stream.deletedUnread > 0 ? 'text-bad' : 'text-faint'}
                    title="Records that hard retention deleted before every reader had them"
                  >
                    {count(stream.deletedUnread)}
                  </span>
                ) : (
                  ''
                ),
            },
            {
              title: 'Read by',
              cell: ({ group }) => group?.group ?? <span className="text-faint">nobody</span>,
            },
            {
              title: 'Behind by',
              right: true,
              cell: ({ group }) => (group === undefined ? '' : `${count(group.records)} records`),
            },
            {
              title: 'Lag',
              cell: ({ group }) =>
                group === undefined ? (
                  ''
                ) : (
                  <StateDot look={group.seconds > laggingSeconds ? 'warn' : 'good'}>
                    {group.records === 0 ? 'none' : duration(group.seconds * 1_000)}
                  </StateDot>
                ),
            },
          ]}
        />
      </HealthSection>
    </>
  );
}
