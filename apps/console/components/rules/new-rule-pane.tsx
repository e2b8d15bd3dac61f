'use client';
import { useState } from 'react';
import { useRule } from '../../api/rules.ts';
import { useSession } from '../../api/session.ts';
import { newRuleId, ruleTemplate, withId } from '../../view/rule-draft.ts';
import { DetailPane } from '../ui/detail-pane.tsx';
import { Shown } from '../ui/shown.tsx';
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
  const query = useRule(from);
  const [id] = useState(newRuleId);
  const workshopFor = (source: string) => (
    <div className="px-4 py-3">
      <RuleWorkshop {...workshop} source={source} rule={undefined} onCopy={onClose} />
    </div>
  );
  return (
    <DetailPane
      label="New rule"
      title={query.data === undefined ? 'New rule' : `New rule from “${query.data.title}”`}
      onClose={onClose}
    >
      {from === null ? (
        workshopFor(ruleTemplate({ id, author, date: new Date().toISOString().slice(0, 10) }))
      ) : (
        <Shown query={query} what="The rule" rows={10}>
          {({ source }) => workshopFor(withId(source, id))}
        </Shown>
      )}
    </DetailPane>
  );
}
