'use client';
import { Check, Copy } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { IconButton } from './button.tsx';
import { copyText } from './copy-text.ts';

/** Copies text and says so for a moment. */
export function CopyButton({
  text,
  label,
  icon = <Copy size={14} />,
}: {
  readonly text: () => string;
  readonly label: string;
  readonly icon?: ReactNode;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton label={copied ? 'Copied' : label} onClick={() => void copyText(text()).then(setCopied)}>
      {copied ? <Check size={14} className="text-good" /> : icon}
    </IconButton>
  );
}

/** A command to run elsewhere, ready to copy. */
export function CommandLine({ command }: { readonly command: string }) {
  return (
    <div className="flex max-w-full items-center gap-2 rounded-md border border-line bg-raised py-1 pr-1 pl-3 text-left">
      <code className="overflow-x-auto font-mono text-sm whitespace-pre text-ink" tabIndex={0}>
        {command}
      </code>
      <CopyButton text={() => command} label="Copy the command" />
    </div>
  );
}
