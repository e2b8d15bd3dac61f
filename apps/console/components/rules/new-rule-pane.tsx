'use client';
import { useMemo } from 'react';
import { useRule } from '../../api/rules.ts';
import { useSession } from '../../api/session.ts';
import { newRuleId, ruleTemplate, withId } from '../../view/rule-draft.ts';
import { DetailPane } from '../ui/detail-pane.tsx';
import { ProblemState, SkeletonRows } from '../ui/states.tsx';
import { RuleWorkshop, type RuleWorkshopProps } from './rule-workshop.tsx';

/** A rule that is not written yet: from a template, or from another one. */
export function NewRulePane({
  from,
  onClose,
  ...workshop
}: Omit<RuleWorkshopProps, 'source' | 'rule' | 'onCopy'> & {
  /** Id of the rule to start from. */
  readonly from: string | null;
  readonly onClose: () => void;
}) {
  const author = useSession().data?.user ?? '';
  const { data, error, refetch } = useRule(from);
  const source = useMemo(() => {
    const id = newRuleId();
    if (from !== null) return data === undefined ? undefined : withId(data.source, id);
    return ruleTemplate({ id, author, date: new Date().toISOString().slice(0, 10) });
  }, [from, data, author]);
  return (
    <DetailPane
      label="New rule"
      title={data === undefined ? 'New rule' : `New rule from “${data.title}”`}
      onClose={onClose}
    >
      {source !== undefined ? (
        <div className="px-4 py-3">
          <RuleWorkshop {...workshop} source={source} rule={undefined} onCopy={onClose} />
        </div>
      ) : error === null ? (
        <SkeletonRows rows={10} label="Loading the rule" />
      ) : (
        <ProblemState error={error} what="The rule" onRetry={() => void refetch()} />
      )}
    </DetailPane>
  );
}
