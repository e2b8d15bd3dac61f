'use client';
import type { DeadLetter } from '@tidewatch/api/schemas';
import { RotateCcw, Trash2, Undo2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useDeadLetter } from '../../api/dead-letters.ts';
import { adviceFor, bytesOf, hexLines, hintText, stateLabels } from '../../view/letter-view.ts';
import { ago, fullTime } from '../../view/moment.ts';
import { count, bytes as size } from '../../view/quantity.ts';
import { visible } from '../../view/value.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { TextLink } from '../ui/link.tsx';
import { Segmented } from '../ui/segmented.tsx';
import type { LetterActions } from './letter-list.tsx';

/** So much of the bytes is put into the page. */
const textShown = 64 * 1024;
const hexShown = 16 * 1024;

const hintNames: Readonly<Record<string, string>> = {
  index: 'Index',
  path: 'Path',
  peer: 'Sender',
  subject: 'Certificate',
  topic: 'Topic',
  headers: 'Headers',
  dataset: 'Data set',
  truncatedFrom: 'Cut, from bytes',
};

/** Why it failed, what to do, what came, and what was done about it. */
export function LetterDetail({
  letter,
  now,
  actions,
}: {
  readonly letter: DeadLetter;
  readonly now: number;
  readonly actions: LetterActions;
}) {
  const { id, state, outcome, hints } = letter;
  const open = state === 'pending' || state === 'failed';
  return (
    <div className="flex flex-col gap-3 px-10 py-3 text-sm">
      <div className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1">
          <p className="font-medium break-words">{visible(letter.message)}</p>
          {open && <p className="text-soft">{adviceFor(letter.reason)}</p>}
        </div>
        {actions.mayWork && open && (
          <>
            <Button onClick={() => actions.onReplay([id])}>
              <RotateCcw size={13} aria-hidden /> Replay
            </Button>
            <Button onClick={() => actions.onDrop([id])}>
              <Trash2 size={13} aria-hidden /> Drop…
            </Button>
          </>
        )}
        {actions.mayWork && state === 'dropped' && (
          <Button onClick={() => actions.onRestore([id])}>
            <Undo2 size={13} aria-hidden /> Restore
          </Button>
        )}
      </div>
      {outcome !== undefined && (
        <p className="rounded-md border border-line bg-panel px-3 py-2 text-soft">
          {stateLabels[state]} {ago(Date.parse(outcome.at), Math.max(now, Date.parse(outcome.at)))} by{' '}
          {outcome.by}
          {outcome.reason !== undefined && (
            <>
              {' '}
              · <code className="font-mono text-xs">{outcome.reason}</code>
            </>
          )}
          {outcome.message !== undefined && ` · ${visible(outcome.message)}`}
        </p>
      )}
      <Facts>
        <Fact code name="Stage">
          {letter.stage}
        </Fact>
        <Fact code name="Received">
          {fullTime(Date.parse(letter.received))}
        </Fact>
        <Fact code name="Format">
          {letter.format}
        </Fact>
        {Object.entries(hints).map(([name, value]) => (
          <Fact code key={name} name={hintNames[name] ?? name}>
            {visible(hintText(value))}
          </Fact>
        ))}
        <Fact code name="Event id">
          {state === 'replayed' ? (
            <TextLink
              href={`/events?q=${encodeURIComponent(`event.id: ${JSON.stringify(letter.event)}`)}&from=now-30d&id=${encodeURIComponent(letter.event)}`}
            >
              {letter.event}
            </TextLink>
          ) : (
            letter.event
          )}
        </Fact>
        <Fact code name="Letter">
          {id}
        </Fact>
      </Facts>
      <RawBytes letter={letter} />
    </div>
  );
}

function RawBytes({ letter }: { readonly letter: DeadLetter }) {
  const [wanted, setWanted] = useState(false);
  const whole = useDeadLetter(letter.id, wanted);
  const [look, setLook] = useState<'text' | 'hex'>(letter.encoding === 'utf8' ? 'text' : 'hex');
  const shown = whole.data ?? letter;
  const known = useMemo(() => bytesOf(shown), [shown]);
  const text = useMemo(
    () =>
      look === 'hex'
        ? hexLines(known.subarray(0, hexShown))
        : visible(new TextDecoder().decode(known.subarray(0, textShown))),
    [look, known],
  );
  const visibleBytes = Math.min(known.length, look === 'hex' ? hexShown : textShown);
  return (
    <div>
      <div className="mb-1 flex items-center gap-3">
        <h3 className="font-medium">What came</h3>
        <Segmented
          label="Show the bytes as"
          value={look}
          onChange={setLook}
          choices={[
            { value: 'text', label: 'Text' },
            { value: 'hex', label: 'Hex' },
          ]}
        />
        <span className="figure text-soft">
          {visibleBytes < letter.bytes
            ? `${size(visibleBytes)} of ${size(letter.bytes)}`
            : `${count(letter.bytes)} bytes`}
        </span>
        {known.length < letter.bytes && (
          <Button onClick={() => setWanted(true)} disabled={whole.isFetching}>
            {whole.isFetching ? 'Loading…' : 'Load all of it'}
          </Button>
        )}
        {whole.error !== null && (
          <span role="alert" className="text-bad">
            {whole.error.message}
          </span>
        )}
        <div className="ml-auto">
          <CopyButton text={() => (look === 'hex' ? text : shown.raw)} label="Copy what came" />
        </div>
      </div>
      <pre
        tabIndex={0}
        role="region"
        aria-label="What came"
        className={`max-h-72 overflow-auto rounded-md border border-line bg-panel p-2 font-mono text-xs ${look === 'hex' ? 'whitespace-pre' : 'break-all whitespace-pre-wrap'}`}
      >
        {text}
      </pre>
    </div>
  );
}
