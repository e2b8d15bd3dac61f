import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UseCaseDesk } from '@tidewatch/api';
import { inputs } from '@tidewatch/inputs';
import { liveDataClasses, loadDataClasses } from '@tidewatch/store';
import { openFolderDocuments } from '@tidewatch/stream/documents';
import { createHealthBoard, createLogger } from '@tidewatch/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configSchema } from '../../config/schema.ts';
import { documentFolders } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { loadGovernance } from './governance.ts';
import { type GovernanceWatch, watchGovernance } from './governance_watch.ts';
import { openUseCaseDesk } from './usecase_desk.ts';

const officer = { may: 'themselves', id: 'dora' } as const;
const engineer = { may: 'nobody' } as const;
const local = { may: 'anybody' } as const;
const any = () => true;

const text = (
  by?: string,
  more: { name?: string; dataset?: string; title?: string; dataClass?: string } = {},
) =>
  `name: ${more.name ?? 'logons'}
title: ${more.title ?? 'Log-ons'}
purpose: Find out when somebody guesses passwords.
legal_basis: Legitimate interest
data: [{ dataset: ${more.dataset ?? 'linux.sshd'}, class: ${more.dataClass ?? 'web'} }]
fields: [user.name]
stakeholders: [analysts]
review_by: 2999-12-31
approvals: ${by === undefined ? '[]' : `[{ role: privacy_officer, by: ${by}, at: 2026-01-01 }]`}
`;

let directory: string;
let runtime: Runtime;
let watch: GovernanceWatch;
let desk: UseCaseDesk;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-desk-'));
  await mkdir(join(directory, 'usecases'));
  await writeFile(
    join(directory, 'classes.yml'),
    'classes:\n  web: { description: d, ttl: 7d, readers: [analyst] }\n  play: { description: d, ttl: 7d, readers: [analyst], synthetic: true }\napprovals: []\n',
  );
  await writeFile(join(directory, 'usecases/shop.yml'), text('dora', { name: 'shop', dataset: 'shop' }));
  const config = {
    ...configSchema(inputs).parse({ usecases: join(directory, 'usecases') }),
    ...{ classes: join(directory, 'classes.yml'), data: join(directory, 'data') },
  };
  runtime = {
    config,
    options: { demo: false, root: directory },
    log: createLogger({ level: 'silent' }),
    health: createHealthBoard(),
    classes: liveDataClasses(await loadDataClasses(config.classes)),
    governance: await loadGovernance({ config, demo: false, holding: async () => [] }),
    adapters: {
      documents: await openFolderDocuments({
        directory: config.data,
        folders: Object.values(documentFolders),
      }),
      audit: async () => {},
    },
    parts: { inputs: [] },
  } as unknown as Runtime;
  watch = await watchGovernance(runtime);
  runtime.parts.governanceWatch = watch;
  desk = openUseCaseDesk(runtime);
});
afterEach(async () => {
  await watch.close();
  await rm(directory, { recursive: true });
});

const classOf = (dataset: string) => runtime.governance.classify('any', dataset);
const refused = (code: string, why = '') => ({
  ok: false,
  code,
  ...(why === '' ? {} : { details: { why: expect.stringContaining(why) } }),
});

it('takes approvals from the privacy officer alone, under their own name, for the text that they send', async () => {
  const put = (source: string, approver: Parameters<UseCaseDesk['put']>[3]) =>
    desk.put('logons', source, any, approver);
  expect(await put(text('dora'), engineer)).toMatchObject(
    refused('USECASE_APPROVAL', 'line 9: only the privacy'),
  );
  expect(await put(text(), engineer)).toMatchObject({ ok: true, useCase: { inForce: false } });
  expect(await put(text('eve'), officer)).toMatchObject(
    refused('USECASE_APPROVAL', 'has to name you (dora)'),
  );
  expect(await put(text('dora'), officer)).toMatchObject({ ok: true, useCase: { inForce: true } });
  expect(classOf('linux.sshd')).toEqual({ dataClass: 'web' });
  // An approval does not go over to what somebody else makes of the text, neither forwards nor back.
  const wider = { dataset: 'linux.*' };
  expect(await put(text('dora', wider), engineer)).toMatchObject(refused('USECASE_APPROVAL'));
  expect(await put(text(undefined, wider), engineer)).toMatchObject({ useCase: { inForce: false } });
  expect(classOf('linux.sshd')).toEqual({ dataClass: 'unapproved' });
  expect(await desk.restore('logons', any, engineer)).toMatchObject(refused('USECASE_APPROVAL'));
  expect(await desk.restore('logons', any, officer)).toMatchObject({ ok: true });
  expect(await put(text('eve'), local)).toMatchObject({ useCase: { inForce: true } });
});

it('lets no approval outlive what was approved', async () => {
  const eve = { may: 'themselves', id: 'eve' } as const;
  await desk.put('logons', text('dora'), any, officer);
  const wider = { dataset: 'linux.*' };
  expect(await desk.put('logons', text('dora', wider), any, eve)).toMatchObject(
    refused('USECASE_APPROVAL', 'has to name you (eve)'),
  );
  expect((await desk.get('logons'))?.inForce).toBe(true);
  // Who says the same in other words keeps it, and may add their own.
  const reworded = text('dora')
    .replace('[user.name]', '\n  - user.name')
    .replace('01-01 }]', '01-01 }, { role: privacy_officer, by: eve, at: 2026-01-02 }]');
  expect(await desk.put('logons', reworded, any, eve)).toMatchObject({ useCase: { inForce: true } });
  expect(await desk.put('logons', text('eve', wider), any, eve)).toMatchObject({
    useCase: { inForce: true },
  });
});

it('refuses what does not hold beside the others, with its line, and changes nothing', async () => {
  const put = (name: string, source: string, expected = any) => desk.put(name, source, expected, local);
  expect(await put('other', text())).toMatchObject(refused('USECASE_INVALID', 'line 1: name: is logons'));
  expect(await put('logons', text('dora', { dataClass: 'nope' }))).toMatchObject(
    refused('USECASE_INVALID', 'line 5: data: there is no class "nope"'),
  );
  expect(await put('shop', text('dora', { name: 'shop' }))).toMatchObject({
    ...refused('USECASE_READ_ONLY'),
    details: { file: 'usecases/shop.yml' },
  });
  expect(await put('logons', text(), () => false)).toMatchObject(refused('USECASE_CHANGED'));
  expect(await desk.remove('shop', any)).toMatchObject(refused('USECASE_READ_ONLY'));
  expect(await desk.remove('logons', any)).toMatchObject(refused('USECASE_UNKNOWN'));
  expect(await desk.restore('logons', any, local)).toMatchObject(refused('USECASE_NOT_RESTORABLE'));
  expect((await desk.list()).useCases.map(({ name, kept }) => [name, kept])).toEqual([['shop', undefined]]);
});

it('gives versions to go by, and withdraws at once', async () => {
  const first = await desk.put('logons', text('dora'), (version) => version === null, local);
  const version = first.ok ? first.useCase.version : undefined;
  expect(await desk.get('logons')).toMatchObject({ source: text('dora'), inForce: true, kept: { version } });
  await desk.put('logons', text('dora', { title: 'Others' }), (now) => now === version, local);
  expect(await desk.remove('logons', (now) => now === version)).toMatchObject(refused('USECASE_CHANGED'));
  expect(await desk.remove('logons', any)).toMatchObject({ useCase: { version: null, restorable: true } });
  expect(classOf('linux.sshd')).toEqual({ dataClass: 'unapproved' });
  expect(await desk.get('logons')).toBeUndefined();
  expect(await desk.restore('logons', any, local)).toMatchObject({ useCase: { inForce: true } });
  expect((await desk.get('logons'))?.title).toBe('Others');
});

it('has what is made up in force by itself', async () => {
  const made = text(undefined, { name: 'story', dataset: 'story', dataClass: 'play' });
  await writeFile(join(directory, 'usecases/story.yml'), made);
  await watch.refresh();
  expect(await desk.get('story')).toMatchObject({ inForce: true, approvals: [] });
});

it('lets nobody go round an approval with a class that needs none', async () => {
  for (const approver of [engineer, officer])
    expect(await desk.put('logons', text(undefined, { dataClass: 'play' }), any, approver)).toMatchObject(
      refused('USECASE_APPROVAL', 'line 5: play'),
    );
  expect(await desk.put('logons', text(undefined, { dataClass: 'play' }), any, local)).toMatchObject({
    ok: true,
  });
});
