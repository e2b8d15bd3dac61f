import type { User } from '@tidewatch/api/schemas';

export const roleLabels: Readonly<Record<string, string>> = {
  viewer: 'Viewer',
  analyst: 'Analyst',
  engineer: 'Engineer',
  privacy_officer: 'Privacy officer',
  admin: 'Administrator',
};

export const rolesText = (roles: readonly string[]): string =>
  roles.length === 0 ? 'No role' : roles.map((role) => roleLabels[role] ?? role).join(', ');

/** What of the data somebody sees, in words. */
export function reachText({ dataClasses, useCases }: User['reach']): string {
  if (dataClasses === undefined && useCases === undefined) return 'All that the roles let them see';
  const named = [
    ...(dataClasses ?? []).map((name) => `class ${name}`),
    ...(useCases ?? []).map((name) => `use-case ${name}`),
  ];
  return named.length === 0 ? 'Nothing' : named.join(', ');
}

export const wayIn = ({ external, hasPassword }: Pick<User, 'external' | 'hasPassword'>): string =>
  external ? 'Identity provider' : hasPassword ? 'Password' : 'Link only';

/** Names in a list with commas or spaces between them. */
export const namesIn = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== '');
