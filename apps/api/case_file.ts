import type { Case, CaseEntry } from '@tidewatch/control';
import type { AlertInCase } from './case_alerts.ts';

/** A case as it leaves Tidewatch: itself, its history, its alerts in pages. */
export interface CaseFile {
  readonly case: Case;
  readonly history: readonly CaseEntry[];
  readonly alerts: AsyncIterable<readonly AlertInCase[]>;
}

const iso = (at: number): string => new Date(at).toISOString();

/** One object a line, `kind` first: the case, its entries, its alerts. */
export async function* asNdjson(file: CaseFile): AsyncGenerator<string> {
  const line = (kind: string, value: object) => `${JSON.stringify({ kind, ...value })}\n`;
  yield line('case', file.case);
  yield file.history.map((entry) => line('entry', entry)).join('');
  for await (const page of file.alerts) yield page.map((alert) => line('alert', alert)).join('');
}

/** A report for people. What logs and people wrote stays text: nothing of it becomes markup. */
export async function* asMarkdown(file: CaseFile): AsyncGenerator<string> {
  const { title, id, status, severity, owner, createdAt, createdBy, updatedAt } = file.case;
  yield `# ${plain(title)}\n\n`;
  const facts = [
    ['Case', id],
    ['Status', status.replace('_', ' ')],
    ['Severity', severity],
    ['Owner', owner ?? 'nobody'],
    ['Opened', `${iso(createdAt)} by ${createdBy}`],
    ['Last change', iso(updatedAt)],
  ] as const;
  yield facts.map(([name, value]) => `- ${name}: ${plain(value)}\n`).join('');
  const notes = file.history.filter(({ action, undone }) => action === 'noted' && !undone);
  if (notes.length > 0) yield '\n## Notes\n';
  for (const { at, by, detail } of notes)
    yield `\n${iso(at)}, ${plain(by)}:\n\n${quoted(detail.note ?? '')}\n`;
  yield `\n## Alerts (${file.case.alerts})\n\n| First | Last | Severity | Alert | Matches | Status | Id |\n|---|---|---|---|---|---|---|\n`;
  for await (const page of file.alerts) yield page.map(row).join('');
  yield `\n## History\n\n${file.history.map(done).join('')}`;
}

function row(item: AlertInCase): string {
  if (item.state === 'hidden') return '| | | | of a data class that is not shown | | | |\n';
  if (item.state === 'gone') return `| | | | its time to live is over | | | ${plain(item.id)} |\n`;
  const { first, last, detector, summary, count, status, reason, id } = item.alert;
  const verdict = reason === null ? status : `${status}: ${reason.replaceAll('_', ' ')}`;
  const cells = [iso(first), iso(last), detector.level, summary, String(count), verdict, id];
  return `| ${cells.map(plain).join(' | ')} |\n`;
}

function done({ at, by, action, detail, undone }: CaseEntry): string {
  const fields = Object.entries(detail.fields ?? {}).map(
    ([name, [before, after]]) => `${name} from ${plain(before ?? 'nobody')} to ${plain(after ?? 'nobody')}`,
  );
  const alerts = detail.alerts === undefined ? [] : [`${detail.alerts} alerts`];
  const what = [...fields, ...alerts].join(', ');
  return `- ${iso(at)} ${plain(by)} ${action}${what === '' ? '' : `: ${what}`}${undone ? ' (taken back)' : ''}\n`;
}

/** Text on one line, with what Markdown or HTML would read as markup escaped. */
const plain = (text: string): string =>
  text
    .replace(/\p{C}+/gu, ' ')
    // Bare addresses become links in GitHub's dialect.
    .replace(/[\\`*_{}[\]<>()#+!|~&@-]|:(?=\/\/)|(?<=www)\./gi, (sign) => `\\${sign}`);

const quoted = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => `> ${plain(line)}\n`)
    .join('');
