import { ago, fullTime, shortTime } from '../../view/moment.ts';

/** A moment as clocks show it in the zone that is chosen; the whole of it and how long ago in the tooltip. */
export function Time({ at, now }: { readonly at: number; readonly now: number }) {
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={`${fullTime(at)} (${ago(at, now)})`}
      className="figure whitespace-nowrap"
    >
      {shortTime(at, now)}
    </time>
  );
}
