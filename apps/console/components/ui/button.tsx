import type { ComponentProps, ReactNode } from 'react';

const looks = {
  plain: 'border-line bg-raised text-ink hover:bg-hover hover:border-line-strong',
  quiet: 'border-transparent text-soft hover:bg-hover hover:text-ink',
  primary: 'border-transparent bg-accent text-accent-ink font-medium hover:brightness-110',
  danger: 'border-transparent bg-bad text-panel font-medium hover:brightness-110',
} as const;

/** Of a label, where an icon says enough in a narrow `@container`. */
export const wideOnly = '@max-2xl:sr-only';

export interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: keyof typeof looks;
}

export const buttonClass = (look: keyof typeof looks = 'plain', more = ''): string =>
  `inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border px-2.5 text-sm whitespace-nowrap transition-colors disabled:opacity-50 ${looks[look]} ${more}`;

export function Button({ look = 'plain', className = '', ...rest }: ButtonProps) {
  return <button type="button" className={buttonClass(look, className)} {...rest} />;
}

/** A square button that shows only an icon; `label` is its name and its tooltip. */
export function IconButton({
  label,
  children,
  className = '',
  ...rest
}: ComponentProps<'button'> & { readonly label: string; readonly children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-7 shrink-0 items-center justify-center rounded-md text-soft transition-colors hover:bg-hover hover:text-ink disabled:opacity-40 aria-pressed:bg-accent-wash aria-pressed:text-accent ${className}`}
      {...rest}
    >
      {children}
    </button>
  );
}
