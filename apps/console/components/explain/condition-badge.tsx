/** The number that ties a line of the rule to a value of the event. */
export function ConditionBadge({ number, active }: { readonly number: number; readonly active: boolean }) {
  return (
    <span
      className={`figure inline-flex h-4 min-w-4 shrink-0 items-center justify-center rounded-full px-1 text-[10.5px] leading-none font-semibold ${active ? 'bg-accent text-accent-ink' : 'bg-hit text-hit-ink'}`}
    >
      {number}
    </span>
  );
}
