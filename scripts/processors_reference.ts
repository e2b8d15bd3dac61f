import type { JsonObject } from '@tidewatch/event';
import { type Example, type Processor, processorGroups } from '@tidewatch/normalize';
import { stringify } from 'yaml';
import { z } from 'zod';

/** What is used of a JSON Schema. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
}

/** The reference of all processors, docs/processors.md: what each does, its settings, and its examples, which are run as tests. */
export function processorsReference(): string {
  const parts = processorGroups.map(
    ({ title, says, processors }) => `## ${title}\n\n${says}\n\n${processors.map(section).join('\n')}`,
  );
  return `${head}\n${parts.join('\n')}`;
}

const head = `# Processors

What stands under \`processors:\` of a [parser](parsers.md), one step after the other. Generated from the processors themselves
(\`npm run generate\`); each example is run as a test.

A step names one processor, and may have \`if\` (KQL of the event so far), \`ignore_failure\`, \`on_failure\` (steps taken instead where
it fails) and \`note\`; or it has \`if\`, \`do\` (steps) and \`else\`. A step that fails hands the record to the next parser that claims it;
where there is none, the event is kept with what was understood, and \`error.message\` says why.

- Texts are read from \`message\` where \`field\` says nothing else, up to 65,536 characters; regular expressions look at the first 32,768.
- Fields whose names begin with \`_\` are scratch: gone at the end. Empty texts and \`-\` are not set.
- Expressions take time linear to the text: look-around, back-references and counts above 16 are refused when a parser is loaded.
- \`@timestamp\` and \`event.created\` may be set like fields: what is no point in time is not taken.
`;

function section({ name, summary, config, examples }: Processor): string {
  const rows = settings(z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }) as Schema);
  return `### ${name}\n\n${summary}\n\n${rows}${examples.map((example) => shown(name, example)).join('\n')}`;
}

/** A table of an object's settings, and what stands there instead of one. */
function settings(schema: Schema): string {
  const kinds = schema.anyOf ?? [schema];
  const object = kinds.find(({ properties }) => properties !== undefined);
  const others = kinds
    .filter((kind) => kind !== object)
    .flatMap((kind) => kind.description ?? schema.description ?? []);
  const said = [...new Set(others)].map((text) => `${text}\n\n`).join('');
  const { properties = {}, required = [] } = object ?? {};
  const rows = Object.entries(properties).map(
    ([name, setting]) =>
      `| \`${name}\` | ${cell(describe(setting))} | ${required.includes(name) ? 'required' : setting.default === undefined ? '' : `\`${cell(JSON.stringify(setting.default))}\``} |`,
  );
  return rows.length === 0 ? said : `${said}| setting | | default |\n|---|---|---|\n${rows.join('\n')}\n\n`;
}

function describe(setting: Schema): string {
  const choices =
    setting.enum === undefined ? '' : ` One of ${setting.enum.map((value) => `\`${value}\``).join(', ')}.`;
  const inner =
    setting.description ??
    setting.anyOf?.find(({ description }) => description !== undefined)?.description ??
    '';
  return inner + choices;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function shown(name: string, { title, config, before, after, fails, ends }: Example): string {
  const result =
    fails !== undefined
      ? `fails: ${fails}`
      : ends !== undefined
        ? `ends the record: ${ends}`
        : JSON.stringify(changes(before, after ?? {}));
  return `${title[0]?.toUpperCase()}${title.slice(1)}:\n\n\`\`\`yaml\n${stringify([{ [name]: config }], { lineWidth: 0, flowCollectionPadding: true, collectionStyle: 'any' }).trimEnd()}\n# ${JSON.stringify(before)}\n# → ${result}\n\`\`\`\n`;
}

/** Members of what came out that are new or otherwise than before. */
function changes(before: JsonObject, after: JsonObject): JsonObject {
  const kept = Object.entries(after).filter(
    ([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value),
  );
  const gone = Object.keys(before).filter((key) => !(key in after));
  const changed: JsonObject = Object.fromEntries(kept);
  return gone.length === 0 ? changed : { ...changed, ...Object.fromEntries(gone.map((key) => [key, null])) };
}
