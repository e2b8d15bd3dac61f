import type { JsonObject } from '@tidewatch/event';
import { createSigmaEngine } from './engine.ts';
import { parseRuleFile } from './parse.ts';

export const ruleFor = (logsource: string, selection: string) =>
  parseRuleFile(
    `title: T\nlogsource: ${logsource}\ndetection:\n  selection:\n    ${selection}\n  condition: selection\n`,
    'r.yml',
  ).rules;

export const matches = (logsource: string, selection: string, event: JsonObject): boolean =>
  createSigmaEngine(ruleFor(logsource, selection)).evaluate(event).length === 1;

export const evtx = (channel: string, id: number, data: JsonObject): JsonObject => ({
  Event: {
    System: {
      Provider: { '#attributes': { Name: 'P' } },
      EventID: { '#text': id, '#attributes': { Qualifiers: 0 } },
      Channel: channel,
      Computer: 'pc',
      Level: 2,
    },
    EventData: data,
  },
});
export const sysmon = 'Microsoft-Windows-Sysmon/Operational';
export const any = "f: 'x'";
