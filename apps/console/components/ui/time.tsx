import { ago, fullTime, shortTime } from '../../view/moment.ts';

/**
 * A moment as clocks show it in the zone that is chosen, with its day where that is not the one of `now`. The whole of it
 * and how long ago is in the tooltip, which is written once the pointer comes: lists have many.
 */
export function Time({
  at,
  now,
  className = '',
}: {
  readonly at: number;
  readonly now: number;
  readonly className?: string;
}) {
  return (
    <time
      // A row that becomes another keeps no tooltip of what it was.
      key={at}
      dateTime={new Date(at).toISOString()}
      onPointerEnter={({ currentTarget }) => {
        currentTarget.title = `${fullTime(at)} (${ago(at, Date.now())})`;
      }}
      className={`figure whitespace-nowrap ${className}`}
    >
      {shortTime(at, now)}
    </time>
  );
}
