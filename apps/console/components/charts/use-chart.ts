import { type DependencyList, type RefObject, useEffect, useRef } from 'react';
import type uPlot from 'uplot';
import { useTheme } from '../shell/theme-menu.tsx';

/**
 * The element that a chart fills. It is drawn anew with each theme, since colours are read from the page.
 *
 * @param draw makes the chart in the element
 * @param shown what it shows: another value draws it anew
 */
export function useChart(
  draw: (element: HTMLDivElement) => uPlot,
  shown: DependencyList,
): RefObject<HTMLDivElement | null> {
  const target = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are read, and the caller says what is drawn
  useEffect(() => {
    const element = target.current;
    if (element === null) return;
    const plot = draw(element);
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [...shown, theme]);
  return target;
}
