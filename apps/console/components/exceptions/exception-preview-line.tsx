'use client';
import type { ExceptionBody } from '@tidewatch/api/schemas';
import { useEffect, useState } from 'react';
import { useExceptionPreview } from '../../api/exceptions.ts';
import { addPreviews, previewSentence } from '../../view/exception.ts';

/** How long nobody types before the alerts are judged, in milliseconds. */
const restMs = 400;

/** Which of the rule's alerts the exception would have hidden, and how many of these were real. */
export function ExceptionPreviewLine({
  rule,
  conditions,
}: {
  readonly rule: string;
  readonly conditions: ExceptionBody['conditions'];
}) {
  const now = JSON.stringify(conditions);
  const [settled, setSettled] = useState(now);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(now), restMs);
    return () => clearTimeout(timer);
  }, [now]);
  const { data, error, hasNextPage, isFetching, fetchNextPage } = useExceptionPreview({
    ...{ rules: [rule], conditions: JSON.parse(settled) },
  });
  useEffect(() => {
    if (hasNextPage && !isFetching && error === null) void fetchNextPage();
  }, [hasNextPage, isFetching, error, fetchNextPage]);
  if (conditions.length === 0) return null;
  if (error !== null) return <p className="text-sm text-soft">No preview: {error.message}</p>;
  if (data === undefined || settled !== now)
    return (
      <p role="status" className="text-sm text-faint">
        Looking at the rule’s alerts…
      </p>
    );
  const told = addPreviews(data.pages);
  return (
    <p role="status" className={`text-sm ${told.truePositives > 0 ? 'font-medium text-bad' : 'text-soft'}`}>
      {previewSentence(told)}
      {hasNextPage && ' Looking at the others…'}
    </p>
  );
}
