'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { UseCaseDetail } from '@tidewatch/api/schemas';
import { useState } from 'react';
import { useMay, useSession } from '../../api/session.ts';
import { useUseCase, writeUseCase } from '../../api/use-cases.ts';
import { plural } from '../../view/quantity.ts';
import { dayOf, daysLeft, standingOf, withApproval } from '../../view/use-case.ts';
import { RuleSource } from '../explain/rule-source.tsx';
import { FactTable, StateDot } from '../health/health-section.tsx';
import { Button } from '../ui/button.tsx';
import { DetailPane } from '../ui/detail-pane.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { Section } from '../ui/section.tsx';
import { Shown } from '../ui/shown.tsx';
import { toasts } from '../ui/toasts.tsx';
import { useNow } from '../ui/use-now.ts';

const noConditions: ReadonlyMap<number, readonly number[]> = new Map();

/** What one use-case allows, for what, by whom and until when. */
export function UseCaseDetailPane({
  name,
  onClose,
}: {
  readonly name: string;
  readonly onClose: () => void;
}) {
  const query = useUseCase(name);
  const { data } = query;
  return (
    <DetailPane
      label="Use-case"
      title={data?.title ?? name}
      actions={data !== undefined && <ApproveButton useCase={data} />}
      onClose={onClose}
    >
      <Shown query={query} what="The use-case" rows={10}>
        {(useCase) => <About useCase={useCase} />}
      </Shown>
    </DetailPane>
  );
}

function About({ useCase }: { readonly useCase: UseCaseDetail }) {
  const now = useNow(60_000);
  const { look, word } = standingOf(useCase, dayOf(now));
  const left = daysLeft(useCase.reviewBy, now);
  return (
    <div className="flex flex-col gap-5 px-4 py-3 text-sm">
      <div>
        <p className="mb-2 max-w-prose text-base">{useCase.purpose}</p>
        <Facts>
          <Fact name="State">
            <StateDot look={look}>{word}</StateDot>
            {useCase.why !== undefined && <span className="block text-soft">It {useCase.why}.</span>}
          </Fact>
          <Fact name="Legal basis">{useCase.legalBasis}</Fact>
          {useCase.owner !== undefined && <Fact name="Owner">{useCase.owner}</Fact>}
          <Fact name="Stakeholders">{useCase.stakeholders.join(', ')}</Fact>
          <Fact name="Review by">
            <span className="figure">{useCase.reviewBy}</span> UTC{' '}
            <span className="text-soft">
              ({left < 0 ? `over for ${plural(-left, 'day')}` : `${plural(left, 'day')} left`})
            </span>
          </Fact>
          <Fact name="File">
            <code className="font-mono text-xs break-all">{useCase.file}</code>
          </Fact>
        </Facts>
      </div>
      <Section title="Approvals">
        <FactTable
          label="Approvals"
          rows={useCase.approvals}
          rowKey={({ role, by, at }) => `${role} ${by} ${at}`}
          empty={
            useCase.inForce
              ? 'None is needed: all of its data is made up.'
              : 'Nobody has approved it: what it names is kept as unapproved, or refused.'
          }
          columns={[
            { title: 'By', cell: ({ by }) => by },
            { title: 'As', cell: ({ role }) => role.replaceAll('_', ' ') },
            { title: 'On', cell: ({ at }) => <span className="figure">{at}</span> },
          ]}
        />
      </Section>
      <Section title="Data">
        <FactTable
          label="Data"
          rows={useCase.data}
          rowKey={({ source, dataset, dataClass }) => `${source} ${dataset} ${dataClass}`}
          empty="It names no data."
          columns={[
            {
              title: 'Of',
              cell: ({ source, dataset }) => (
                <span>
                  {source === undefined ? 'data set' : 'source'}{' '}
                  <code className="font-mono text-xs">{source ?? dataset}</code>
                </span>
              ),
            },
            {
              title: 'Class',
              cell: ({ dataClass }) => <code className="font-mono text-xs">{dataClass}</code>,
            },
            { title: 'Kept for', right: true, cell: ({ ttl }) => ttl },
          ]}
        />
      </Section>
      <Section title="Fields" aside={useCase.minimise ? 'others are dropped' : 'others are kept'}>
        <Names names={useCase.fields} />
        {useCase.pseudonymise.length > 0 && (
          <>
            <h4 className="mt-3 mb-1 text-xs font-medium text-soft">Kept under pseudonyms</h4>
            <Names names={useCase.pseudonymise} />
          </>
        )}
      </Section>
      <Section title="Detections">
        <Names names={useCase.rules} />
      </Section>
      <Section title="As written">
        <RuleSource
          source={useCase.source}
          conditions={noConditions}
          absent={[]}
          active={null}
          onActive={() => undefined}
        />
      </Section>
    </div>
  );
}

const Names = ({ names }: { readonly names: readonly string[] }) => (
  <ul className="flex flex-wrap gap-1.5">
    {names.map((name) => (
      <li key={name} className="rounded border border-line bg-raised px-2 py-0.5 font-mono text-xs break-all">
        {name}
      </li>
    ))}
  </ul>
);

/** The privacy officer approves what was written through the API; files are approved where they are. */
function ApproveButton({ useCase }: { readonly useCase: UseCaseDetail }) {
  const client = useQueryClient();
  const session = useSession().data;
  const { may } = useMay();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { kept, approvals, name } = useCase;
  if (session === undefined || kept === undefined || !may('approve')) return null;
  if (useCase.inForce && approvals.some(({ by }) => by === session.user)) return null;
  const source = withApproval(useCase.source, session.user, dayOf(Date.now()));
  const approve = async (): Promise<void> => {
    if (source === undefined) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const made = await writeUseCase(client, { name, source, version: kept.version });
      toasts.add({
        title: made.inForce ? 'Approved, and in force' : 'Approved, but not in force',
        ...(made.why === undefined ? {} : { description: `It ${made.why}.` }),
      });
      setAsking(false);
    } catch (error) {
      setProblem((error as Error).message);
    }
    setBusy(false);
  };
  return (
    <>
      <Button look="primary" onClick={() => setAsking(true)}>
        Approve…
      </Button>
      {asking && (
        <Dialog open onOpenChange={() => setAsking(false)} title={`Approve “${useCase.title}”?`}>
          <p className="text-soft">
            You approve what it says now, as {session.user}, until its review on {useCase.reviewBy}. Data that
            it names is kept for its class’s time from now on.
          </p>
          {source === undefined && (
            <p className="mt-2 text-warn">
              Its approvals stand on one line: add yours by hand, with{' '}
              <code className="font-mono">npx tidewatch usecase push</code>.
            </p>
          )}
          {problem !== undefined && (
            <p role="alert" className="mt-2 text-bad">
              {problem}
            </p>
          )}
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button look="primary" disabled={busy || source === undefined} onClick={() => void approve()}>
              {busy ? 'Approving…' : 'Approve it'}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
