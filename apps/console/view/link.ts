import { absoluteRange, defaultRange, frozenRange, type TimeRange } from './time-range.ts';

/** An event's own link shows what came so long before and after it, too, in milliseconds. */
const aroundMs = 5 * 60_000;
/** An alert's own link shows those of its hour, too, which is as long as one gathers matches. */
const bucketMs = 3_600_000;

/** A page's address with its time as it is now, so that it shows the same later. @param usual what it shows without one */
export function frozenHref(href: string, now: number, usual: TimeRange = defaultRange): string {
  const url = new URL(href);
  const { searchParams } = url;
  const range = {
    from: searchParams.get('from') ?? usual.from,
    to: searchParams.get('to') ?? usual.to,
  };
  const { from, to } = frozenRange(range, now);
  searchParams.set('from', from);
  searchParams.set('to', to);
  searchParams.delete('live');
  return url.href;
}

/** An event among those of its minutes. @param at epoch milliseconds */
export const eventHref = (id: string, at: number): string =>
  `/events?${new URLSearchParams({ id, ...absoluteRange(at - aroundMs, at + aroundMs) })}`;

/** An alert, whatever its status, among those of its time. @param last of its matches, or another; epoch milliseconds */
export const alertHref = (id: string, last: number): string =>
  `/alerts?${new URLSearchParams({ id, status: 'all', ...absoluteRange(last - bucketMs, last + bucketMs) })}`;
