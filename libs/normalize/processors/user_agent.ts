import type { JsonObject } from '@tidewatch/event';
import { UAParser } from 'ua-parser-js';
import { z } from 'zod';
import { Recent } from '../enrich/recent.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { fieldReader, mergeFields, textAt } from './work.ts';

/** Characters of a text that are looked at. */
const maxAgent = 500;

/** Agents come again and again, and one costs as much as hundreds of other steps. */
const agents = new Recent<string, JsonObject>(4_096);

function agentOf(original: string): JsonObject {
  let agent = agents.get(original);
  if (agent === undefined) {
    agent = readAgent(original);
    agents.set(original, agent);
  }
  return agent;
}

function readAgent(original: string): JsonObject {
  const { browser, os, device } = new UAParser(original).getResult();
  // Programs such as curl/8.5.0 name themselves first.
  const [, program, version] = /^([A-Za-z][\w.+-]{0,63})\/(\d[\w.-]{0,63})/.exec(original) ?? [];
  const own = browser.name === undefined && program !== undefined && program !== 'Mozilla';
  const name = own ? program : browser.name;
  const number = own ? version : browser.version;
  return {
    ...(name === undefined ? {} : { name }),
    ...(number === undefined ? {} : { version: number }),
    ...(os.name === undefined
      ? {}
      : {
          os: {
            name: os.name,
            ...(os.version === undefined ? {} : { version: os.version, full: `${os.name} ${os.version}` }),
          },
        }),
    ...(device.model === undefined ? {} : { device: { name: device.model } }),
  };
}

/** Reads what a user agent says of itself. */
export const userAgent = defineProcessor({
  name: 'user_agent',
  summary: 'Reads name, version, system and device from the text with which a program names itself.',
  config: z.strictObject({
    field: fieldPath
      .describe('The text; where it is missing nothing is done.')
      .default('user_agent.original'),
  }),
  examples: [
    {
      title: 'a browser',
      config: {},
      before: {
        user_agent: { original: 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0' },
      },
      after: {
        user_agent: {
          original: 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
          name: 'Firefox',
          version: '144.0',
          os: { name: 'Linux' },
        },
      },
    },
    {
      title: 'a program, from elsewhere',
      config: { field: '_agent' },
      before: { _agent: 'curl/8.5.0' },
      after: { _agent: 'curl/8.5.0', user_agent: { original: 'curl/8.5.0', name: 'curl', version: '8.5.0' } },
    },
  ],
  create({ field }) {
    const read = fieldReader(field);
    return (work) => {
      const original = textAt(read, work);
      if (original === undefined || original === '' || original === '-') return undefined;
      mergeFields(work.fields, { user_agent: { original, ...agentOf(original.slice(0, maxAgent)) } });
      return undefined;
    };
  },
});
