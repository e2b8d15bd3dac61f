const day = 86_400_000;
const pad = (value: number): string => String(value).padStart(2, '0');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Local time on an axis whose ticks are `step` milliseconds apart. */
export function tickLabel(time: number, step: number): string {
  const date = new Date(time);
  if (step >= day || (date.getHours() === 0 && date.getMinutes() === 0))
    return `${date.getDate()} ${months[date.getMonth()]}`;
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return step < 60_000 ? `${clock}:${pad(date.getSeconds())}` : clock;
}

/** Reads the theme's colours, by the name of their CSS variable. */
export function themeColours(): (name: string) => string {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}

/** What all axes look like. */
export const plainAxis = (colour: (name: string) => string) => ({
  stroke: colour('--faint'),
  font: '11px system-ui, sans-serif',
  ticks: { show: false },
  grid: { stroke: colour('--line'), width: 1 },
});
