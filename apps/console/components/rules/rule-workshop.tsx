'use client';
import type { KeptRule, RuleDetail, RuleFault } from '@tidewatch/api/schemas';
import { useState } from 'react';
import { ApiProblem } from '../../api/client.ts';
import { type RuleChange, useBacktest, useRuleCheck } from '../../api/rules.ts';
import { useMay } from '../../api/session.ts';
import { faultsOf, idOf } from '../../view/rule-draft.ts';
import { Button } from '../ui/button.tsx';
import { BacktestPanel } from './backtest-panel.tsx';
import { RuleChangeDialog } from './rule-change-dialog.tsx';
import { RuleEditor } from './rule-editor.tsx';

const none: readonly RuleFault[] = [];
const idMissing: readonly RuleFault[] = [
  { line: 1, reason: 'It has no id: write a line `id:` with a UUID that no other rule has.' },
];

export interface RuleWorkshopProps {
  /** What is there to start from. */
  readonly source: string;
  /** Undefined for one that is not written yet. */
  readonly rule: RuleDetail | undefined;
  readonly run: string | null;
  readonly onRun: (run: string) => void;
  readonly onCopy: () => void;
  readonly onWritten: (made: KeptRule) => void;
}

/** Where a rule is written, checked, tried on stored events, and brought into force. */
export function RuleWorkshop({ source, rule, run, onRun, onCopy, onWritten }: RuleWorkshopProps) {
  const mayWrite = useMay().may('engineer');
  const [edited, setEdited] = useState<string>();
  const [asked, setAsked] = useState<RuleChange>();
  const trial = useBacktest(run);
  const text = edited ?? trial.data?.source ?? source;
  const isOwn = rule === undefined || rule.kept !== undefined;
  const id = rule?.kept?.id ?? idOf(text);
  const isChanged = rule === undefined || text !== rule.source;
  const check = useRuleCheck(id, text, isOwn && isChanged);
  const faults = !isOwn ? none : id === undefined ? idMissing : isChanged ? shownFaults(check) : none;
  return (
    <div className="flex flex-col gap-3 text-sm">
      {!isOwn && (
        <div className="flex flex-wrap items-center gap-2 text-soft">
          <p className="min-w-0 flex-1">
            Change it as you like to see what it would find. It stands in a file of the server, which is not
            changed from here.
          </p>
          {mayWrite && <Button onClick={onCopy}>Write one of your own from it</Button>}
        </div>
      )}
      <RuleEditor text={text} onText={setEdited} faults={faults} />
      {isOwn && mayWrite && id !== undefined && (
        <div className="flex flex-wrap items-center gap-2">
          <Button
            look="primary"
            disabled={!isChanged || faults.length > 0}
            onClick={() => setAsked({ verb: 'put', source: text })}
          >
            Bring into force…
          </Button>
          {rule !== undefined && edited !== undefined && isChanged && (
            <Button look="quiet" onClick={() => setEdited(rule.source)}>
              As it is in force
            </Button>
          )}
          <span role="status" className="text-soft">
            {!isChanged
              ? 'This is what is in force.'
              : check.isFetching
                ? 'Being checked…'
                : faults.length === 0 && check.data !== undefined && 'Nothing is wrong with it.'}
          </span>
          {rule?.kept !== undefined && (
            <span className="ml-auto flex gap-2">
              {rule.kept.restorable && (
                <Button onClick={() => setAsked({ verb: 'restore' })}>Version before…</Button>
              )}
              <Button onClick={() => setAsked({ verb: 'remove' })}>Delete…</Button>
            </span>
          )}
        </div>
      )}
      <BacktestPanel source={text} run={run} trial={trial} onRun={onRun} />
      {asked !== undefined && id !== undefined && (
        <RuleChangeDialog
          id={id}
          version={rule?.kept?.version ?? null}
          asked={asked}
          onClose={() => setAsked(undefined)}
          onDone={(made) => {
            setEdited(undefined);
            onWritten(made);
          }}
        />
      )}
    </div>
  );
}

function shownFaults({ data, error }: ReturnType<typeof useRuleCheck>): readonly RuleFault[] {
  if (error === null) return data?.faults ?? none;
  const faults = error instanceof ApiProblem ? faultsOf(error.details) : none;
  return faults.length > 0 ? faults : [{ reason: error.message }];
}
