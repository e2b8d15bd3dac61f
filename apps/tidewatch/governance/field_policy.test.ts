import { describe, expect, it } from 'vitest';
import { createFieldPolicies, pseudonymisedFields } from './field_policy.ts';
import { parseUseCase, type UseCase } from './usecase.ts';

const approvals = '[{ role: privacy_officer, by: desk, at: 2026-01-01 }]';
function useCase(name: string, data: string, more: string): UseCase {
  const read = parseUseCase(
    `name: ${name}\ntitle: T\npurpose: Find out that somebody guesses passwords.\nlegal_basis: L\ndata: [${data}]\nstakeholders: [s]\nreview_by: 2026-12-31\n${more}`,
    `${name}.yml`,
  );
  if (Array.isArray(read)) throw new Error(JSON.stringify(read));
  return read as UseCase;
}
const day = '2026-11-22';
const cases = [
  useCase(
    'proposed',
    '{ dataset: linux.*, class: system }',
    'fields: ["*"]\npseudonymise: [user.name]\napprovals: []',
  ),
  useCase(
    'approved',
    '{ source: web1, class: web }',
    `fields: [url.path, source.ip]\npseudonymise: [source.ip]\nminimise: true\napprovals: ${approvals}`,
  ),
  useCase('beside', '{ dataset: nginx.access, class: web }', `fields: [http.*]\napprovals: ${approvals}`),
  useCase(
    'minimising',
    '{ dataset: okta.*, class: web }',
    'fields: [user.name]\nminimise: true\napprovals: []',
  ),
];

describe('what use-cases ask of fields', () => {
  const policyOf = createFieldPolicies(cases, day);

  it.each([
    ['any', 'linux.sshd', { pseudonymise: ['user.name'] }],
    ['web1', 'linux.sshd', { pseudonymise: ['source.ip', 'user.name'], keep: ['url.path', 'source.ip'] }],
    ['web1', 'nginx.access', { pseudonymise: ['source.ip'], keep: ['url.path', 'source.ip', 'http.*'] }],
    ['web2', 'nginx.access', undefined],
    // To drop fields takes an approval; to protect them does not.
    ['any', 'okta.system', undefined],
  ])('%s / %s', (source, dataset, expected) => {
    expect(policyOf(source, dataset, false)).toEqual(expected);
    expect(policyOf(source, dataset, false)).toBe(policyOf(source, dataset, false));
    expect(policyOf(source, dataset, true)).toBeUndefined();
  });

  it('ends with the approval, but for pseudonyms', () => {
    expect(createFieldPolicies(cases, '2027-01-01')('web1', 'nginx.access', false)).toEqual({
      pseudonymise: ['source.ip'],
    });
  });

  it('is listed by field', () => {
    expect(pseudonymisedFields(cases)).toEqual(
      new Map([
        ['user.name', ['proposed']],
        ['source.ip', ['approved']],
      ]),
    );
  });
});

it.each(['event.id', 'event', 'event.*', 'tidewatch.source', '@timestamp', 'a b', '.x', 'event.original'])(
  'no use-case asks for pseudonyms of %s',
  (path) => {
    const text = `name: a\ntitle: T\npurpose: Find out that somebody guesses passwords.\nlegal_basis: L\ndata: [{ dataset: x, class: web }]\nfields: ["*"]\nstakeholders: [s]\nreview_by: 2026-12-31\napprovals: []\npseudonymise: ["${path}"]\n`;
    expect(parseUseCase(text, 'a.yml')).toMatchObject([{ message: expect.stringContaining('pseudonymise') }]);
  },
);
