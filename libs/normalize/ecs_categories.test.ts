import { describe, expect, it } from 'vitest';
import { categoryFaults } from './ecs_categories.ts';
import { auditMeanings } from './linux/audit_meaning.ts';
import { meaningsOf } from './windows/channels.ts';

describe('what ECS allows of categories', () => {
  it.each([
    [{ kind: 'alert', category: ['malware', 'file'], type: ['deletion', 'info'], outcome: 'unknown' }, []],
    [{}, []],
    [{ category: 'web', type: 'denied' }, [/^event\.type: denied is none of web \(access, error, info\)/]],
    [{ type: ['error'] }, [/^event\.type: error without event\.category, e\.g\. database, web$/]],
    [
      { category: ['iam'] },
      [/^event\.type: missing; of iam it is one of admin, change, creation, deletion, group, info, user$/],
    ],
    [
      { kind: 'signal', category: ['door'], type: ['opened'], outcome: 'granted' },
      [
        /^event\.kind: ECS has no "signal"/,
        /^event\.category: ECS has no "door"/,
        /^event\.outcome: ECS has no "granted"/,
        /^event\.type: ECS has no "opened"$/,
      ],
    ],
  ])('%j', (event, faults) => {
    expect(categoryFaults({ event })).toEqual(faults.map((fault) => expect.stringMatching(fault)));
  });

  it('is held by all that is known of Windows’ and auditd’s events', () => {
    const windows = [...meaningsOf.values()].flatMap((meanings) => [...meanings.values()]);
    const events = [...windows.map(({ event }) => event), ...auditMeanings];
    expect(events.length).toBeGreaterThan(200);
    for (const { category, type, action } of events)
      expect(categoryFaults({ event: { category: [...category], type: [...type] } }), action).toEqual([]);
  });
});
