/** The answer to an `open`, and whether a session comes about. */
export interface OpenAnswer {
  readonly ok: boolean;
  readonly answer: string;
}

/**
 * Answers the offers of an `open` (RELP specification, "OFFERS"). Version 1 is the specified one, 0 its trial, which
 * rsyslog offers to this day; nothing that we use differs between them.
 */
export function answerOffers(data: string): OpenAnswer {
  const offers = new Map(
    data
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', values = ''] = line.split(/=(.*)/s);
        return [name, values.split(',')] as const;
      }),
  );
  const version = Number(offers.get('relp_version')?.[0] || Number.NaN);
  if (!Number.isInteger(version) || version < 0)
    return { ok: false, answer: '500 no relp_version is offered' };
  if (!offers.get('commands')?.includes('syslog'))
    return { ok: false, answer: '500 the command syslog is not offered' };
  const lines = [
    '200 OK',
    `relp_version=${Math.min(version, 1)}`,
    'relp_software=tidewatch',
    'commands=syslog',
  ];
  return { ok: true, answer: lines.join('\n') };
}
