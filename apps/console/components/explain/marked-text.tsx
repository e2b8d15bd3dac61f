import { segments } from '../../view/spans.ts';
import { visible } from '../../view/value.ts';

/** A value with the parts that matched marked. */
export function MarkedText({
  text,
  spans,
}: {
  readonly text: string;
  readonly spans: readonly (readonly [number, number])[];
}) {
  return segments(text, spans).map((part) =>
    part.hit ? (
      <mark key={part.start}>{visible(part.text)}</mark>
    ) : (
      <span key={part.start}>{visible(part.text)}</span>
    ),
  );
}
