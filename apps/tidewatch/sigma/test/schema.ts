import { z } from 'zod';

const moment = z.iso.datetime({ offset: true, error: 'is no time; write it as 2026-11-21T10:00:00Z' });
const timespan = z
  .string()
  .regex(/^[1-9]\d{0,6}[smhdw]$/, 'is no timespan; write it as 30s, 5m, 2h, 1d or 1w')
  .meta({ examples: ['30s', '5m'] });
const scalar = z.union([z.string(), z.number()], { error: 'is a text or a number' });

const mostTimes = 10_000;

const stepSchema = z
  .strictObject({
    line: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A line as it is logged. A time in it does not count: the test says when. `{n}` stands for the number of the ' +
          'repetition, from 1; `{each}` for the value of `each`.',
      ),
    event: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'A document as a shipper sends it: ECS, evtx_dump, winlogbeat, flat nxlog, any other JSON. `{n}` and `{each}` ' +
          'are replaced in its texts.',
      ),
    program: z
      .string()
      .min(1)
      .optional()
      .describe('The program that logs the line: a syslog header with its name is put in front of it.')
      .meta({ examples: ['sshd', 'sudo', 'kernel'] }),
    host: z.string().min(1).default('host1').describe('The host in that header.'),
    dataset: z
      .string()
      .min(1)
      .optional()
      .describe('The data set that the configuration of the source names.')
      .meta({ examples: ['nginx.access'] }),
    after: timespan.optional().describe('How long after the event before it; by default one second.'),
    every: timespan.optional().describe('How far its repetitions are apart; by default one second.'),
    times: z.int().min(1).max(mostTimes).optional().describe('How often it comes.'),
    each: z
      .array(scalar)
      .min(1)
      .max(mostTimes)
      .optional()
      .describe('It comes once with each of these values.'),
  })
  .superRefine(({ line, event, program, every, times, each }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if ((line === undefined) === (event === undefined)) refuse([], 'has either a `line` or an `event`');
    if (program !== undefined && line === undefined) refuse(['program'], 'stands beside a `line`');
    if (times !== undefined && each !== undefined) refuse(['times'], 'either `times` or `each`');
    if (every !== undefined && times === undefined && each === undefined)
      refuse(['every'], 'needs `times` or `each`');
  });

const alertSchema = z.strictObject({
  rule: z
    .string()
    .optional()
    .describe('Name, id or title of the rule; by default a rule of the file that the tests stand beside.'),
  key: z
    .record(z.string(), scalar)
    .optional()
    .describe('Whom the alert is about. Fields that are left out may have any value.')
    .meta({ examples: [{ 'source.ip': '203.0.113.9' }] }),
  count: z.int().min(1).optional().describe('How many matches it gathers; any number where left out.'),
});

/** The tests of one rule file, `NAME.test.yml` beside `NAME.yml`. */
export const testFileSchema = z.strictObject({
  tests: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        start: moment.default('2026-11-21T10:00:00Z').describe('When the first event happens.'),
        events: z.array(stepSchema).min(1).describe('What happens, in the order of time.'),
        alerts: z
          .union([
            z.array(alertSchema, 'is `none`, how many alerts come, or a list of them'),
            z.literal('none'),
            z.int().min(0),
          ])
          .describe(
            'The alerts that come in the end: `none`, how many, or each of them. Those of rules that neither stand in ' +
              'the file nor are named here are passed over.',
          ),
      }),
    )
    .min(1),
});

export type TestFile = z.infer<typeof testFileSchema>;
export type RuleTest = TestFile['tests'][number];
export type Step = RuleTest['events'][number];
export type ExpectedAlert = z.infer<typeof alertSchema>;

/** The JSON Schema of a test file as its author writes it, before defaults. */
export const testJsonSchema = (): unknown => z.toJSONSchema(testFileSchema, { io: 'input' });
