import { segments } from '../../view/spans.ts';

/** A value with the parts that matched marked. */
export function MarkedText({
  text,
  spans,
}: {
  readonly text: string;
  readonly spans: readonly (readonly [number, number])[];
}) {
  return segments(text, spans).map((part) =>
    part.hit ? <mark key={part.start}>{part.text}</mark> : <span key={part.start}>{part.text}</span>,
  );
}
