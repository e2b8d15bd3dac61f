'use client';
import { useState } from 'react';
import { count } from '../../view/quantity.ts';
import { excerpt, segments } from '../../view/spans.ts';
import { visible } from '../../view/value.ts';
import { Button } from '../ui/button.tsx';

interface MarkedTextProps {
  readonly text: string;
  readonly spans: readonly (readonly [number, number])[];
}

/** A value with the parts that matched marked. */
export function MarkedText({ text, spans }: MarkedTextProps) {
  return segments(text, spans).map((part) =>
    part.hit ? (
      <mark key={part.start}>{visible(part.text)}</mark>
    ) : (
      <span key={part.start}>{visible(part.text)}</span>
    ),
  );
}

/** The same, of a long value only what stands around its first match until all of it is asked for. */
export function MarkedExcerpt({ text, spans }: MarkedTextProps) {
  const [whole, setWhole] = useState(false);
  const cut = excerpt(text, spans);
  const rest = cut.before + cut.after;
  if (whole || rest === 0) return <MarkedText text={text} spans={spans} />;
  return (
    <>
      {cut.before > 0 && '…'}
      <MarkedText text={cut.text} spans={cut.spans} />
      {cut.after > 0 && '…'}{' '}
      <Button look="quiet" className="font-sans text-accent" onClick={() => setWhole(true)}>
        {count(rest)} more characters
      </Button>
    </>
  );
}
