import type { VirtualItem } from '@tanstack/react-virtual';
import { type FocusEvent, useLayoutEffect, useRef } from 'react';

/** A row in sight, and the place in the page that shows it. */
export interface Placed extends VirtualItem {
  readonly slot: number;
}

/**
 * Lets a row that leaves at one end of a list come in again at the other as another, which costs less than a new one. While
 * the list moves each stays where it stands in the page; once it rests they stand in their order, for who reads or tabs
 * through them. What has the focus loses it when its row becomes another.
 *
 * @param most how many rows are in sight at once, at the most
 * @returns the rows as they stand in the page, and what hears of the focus
 */
export function useSlots(items: readonly VirtualItem[], most: number, isMoving: boolean) {
  const standing = useRef<readonly number[]>([]);
  const focused = useRef<{ readonly element: HTMLElement; readonly index: string | undefined }>(undefined);
  const placed = items.map((item): Placed => ({ ...item, slot: item.index % most }));
  if (isMoving) {
    const place = new Map(standing.current.map((slot, at) => [slot, at]));
    const placeOf = ({ slot }: Placed): number => place.get(slot) ?? place.size;
    placed.sort((a, b) => placeOf(a) - placeOf(b));
  }
  useLayoutEffect(() => {
    standing.current = placed.map(({ slot }) => slot);
    if (focused.current === undefined) return;
    const { element, index } = focused.current;
    if (document.activeElement !== element) focused.current = undefined;
    else if (indexOf(element) !== index) element.blur();
  });
  const onFocus = ({ target }: FocusEvent<HTMLElement>): void => {
    focused.current = { element: target, index: indexOf(target) };
  };
  return { placed, onFocus };
}

const indexOf = (element: Element): string | undefined =>
  element.closest<HTMLElement>('[data-index]')?.dataset.index;
