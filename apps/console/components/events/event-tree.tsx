'use client';
import type { JsonObject } from '@tidewatch/event';
import { Link2, Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import { eventTree, type TreeNode } from '../../view/event-tree.ts';
import { eventHref } from '../../view/link.ts';
import { count } from '../../view/quantity.ts';
import { excerpt } from '../../view/spans.ts';
import { eventId, eventTime, valueText, visible } from '../../view/value.ts';
import { MarkedText } from '../explain/marked-text.tsx';
import { ValueTimeContext } from '../filter/value-actions.ts';
import { type OnFilter, ValueMenu } from '../filter/value-menu.tsx';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { Segmented } from '../ui/segmented.tsx';

export type Spans = ReadonlyMap<string, readonly (readonly [number, number])[]>;

const none: Spans = new Map();

/** A whole event: its fields as a tree with a menu on each value, or its JSON. */
export function EventTree({
  event,
  spans = none,
  onFilter,
}: {
  readonly event: JsonObject;
  /** What matched, by path. */
  readonly spans?: Spans;
  readonly onFilter?: OnFilter;
}) {
  const [form, setForm] = useState<'fields' | 'json'>('fields');
  const [search, setSearch] = useState('');
  const tree = useMemo(() => eventTree(event, search), [event, search]);
  const json = useMemo(() => JSON.stringify(event, null, 2), [event]);
  return (
    <ValueTimeContext value={eventTime(event)}>
      <div className="mb-2 flex items-center gap-2">
        <Segmented
          label="Form"
          value={form}
          onChange={setForm}
          choices={[
            { value: 'fields', label: 'Fields' },
            { value: 'json', label: 'JSON' },
          ]}
        />
        {form === 'fields' && (
          <label className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md border border-line bg-panel px-2 focus-within:border-accent">
            <Search size={13} className="shrink-0 text-faint" aria-hidden />
            <input
              value={search}
              onChange={(change) => setSearch(change.target.value)}
              placeholder="Find a field or value"
              aria-label="Find a field or value of the event"
              className="min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-faint"
            />
          </label>
        )}
        <div className="ml-auto flex">
          <CopyButton
            icon={<Link2 size={14} />}
            text={() => location.origin + eventHref(eventId(event), eventTime(event))}
            label="Copy a link to the event"
          />
          <CopyButton text={() => json} label="Copy the event as JSON" />
        </div>
      </div>
      {form === 'json' ? (
        <pre
          tabIndex={0}
          role="region"
          aria-label="The event as JSON"
          className="max-h-128 overflow-auto rounded-md border border-line bg-raised p-3 font-mono text-xs leading-[18px]"
        >
          {visible(json)}
        </pre>
      ) : (
        <div className="@container font-mono text-xs">
          <div className="gap-8 @4xl:columns-2">
            {tree.map((node) => (
              <Node key={node.path} node={node} spans={spans} onFilter={onFilter} />
            ))}
            {tree.length === 0 && (
              <p className="py-2 font-sans text-sm text-soft">No field or value has “{search}”.</p>
            )}
          </div>
        </div>
      )}
    </ValueTimeContext>
  );
}

function Node({
  node,
  spans,
  onFilter,
}: {
  readonly node: TreeNode;
  readonly spans: Spans;
  readonly onFilter: OnFilter | undefined;
}) {
  const [whole, setWhole] = useState(false);
  if (node.children !== undefined)
    return (
      <details open className="break-inside-avoid">
        <summary className="h-7 cursor-pointer rounded px-1 leading-7 text-soft marker:text-faint hover:bg-hover">
          {visible(node.key)}
        </summary>
        <div className="ml-[7px] border-l border-line pl-3">
          {node.children.map((child) => (
            <Node key={child.path} node={child} spans={spans} onFilter={onFilter} />
          ))}
        </div>
      </details>
    );
  const text = valueText(node.value);
  const marked = spans.get(node.path) ?? [];
  const cut = excerpt(text, marked);
  const rest = whole ? 0 : cut.before + cut.after;
  return (
    <div className="flex min-h-7 items-baseline gap-3 rounded px-1 hover:bg-hover">
      <span className="w-40 shrink-0 truncate leading-7 text-code-key" title={node.path}>
        {visible(node.key)}
      </span>
      <ValueMenu
        field={node.path}
        value={node.value ?? null}
        onFilter={onFilter}
        className="min-w-0 leading-5 break-words whitespace-pre-wrap"
      >
        {text === '' ? (
          <span className="text-faint">empty</span>
        ) : rest === 0 ? (
          <MarkedText text={text} spans={marked} />
        ) : (
          <>
            {cut.before > 0 && '…'}
            <MarkedText text={cut.text} spans={cut.spans} />
            {cut.after > 0 && '…'}
          </>
        )}
      </ValueMenu>
      {rest > 0 && (
        <Button look="quiet" className="shrink-0 font-sans text-accent" onClick={() => setWhole(true)}>
          {count(rest)} more characters
        </Button>
      )}
    </div>
  );
}
