'use client';
import { Link2 } from 'lucide-react';
import { frozenHref } from '../../view/link.ts';
import type { TimeRange } from '../../view/time-range.ts';
import { CopyButton } from '../ui/copy.tsx';

/** Copies the address of what is shown; who opens it later sees the same time. */
export const PageLink = ({ label, range }: { readonly label: string; readonly range?: TimeRange }) => (
  <CopyButton
    icon={<Link2 size={14} />}
    text={() => frozenHref(location.href, Date.now(), range)}
    label={label}
  />
);
