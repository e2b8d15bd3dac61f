/**
 * Which roles may do what. The API decides, and has the same in its routes' policies: this keeps the console from
 * offering what would be refused.
 */
const rolesFor = {
  /** Work on alerts, cases, exceptions and forecasts, and look at dead letters. */
  triage: ['analyst', 'engineer', 'admin'],
  /** Change rules, detectors and models, settle dead letters, and take back what others made. */
  engineer: ['engineer', 'admin'],
  /** See which fields hold what of whom. */
  inventory: ['engineer', 'privacy_officer', 'admin'],
  audit: ['privacy_officer', 'admin'],
  approve: ['privacy_officer'],
  administer: ['admin'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Duty = keyof typeof rolesFor;

export const mayDo = (duty: Duty, roles: readonly string[]): boolean =>
  rolesFor[duty].some((role) => roles.includes(role));

/** `the role engineer or admin`. */
export const rolesThatMay = (duty: Duty): string =>
  `the role ${rolesFor[duty].join(' or ').replaceAll('_', ' ')}`;
