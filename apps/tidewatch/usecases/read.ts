import type { UseCase, UseCaseDetail, UseCaseList } from '@tidewatch/api/schemas';
import { askServer } from '../server/ask.ts';

/** @throws NOT_RUNNING */
export async function listUseCases(data: string): Promise<UseCaseList> {
  const ask = await askServer(data);
  return ask<UseCaseList>('GET', '/usecases');
}

/** @throws NOT_RUNNING; SERVER_REFUSED where there is none of the name */
export async function showUseCase(data: string, name: string): Promise<UseCaseDetail> {
  const ask = await askServer(data);
  return ask<UseCaseDetail>('GET', `/usecases/${encodeURIComponent(name)}`);
}

/** A line for each, with what is wrong below. */
export function listText({ useCases, faults, weakened }: UseCaseList): string {
  return [...useCases.map(lineOf), ...faults.map(faultLine), ...weakened.map(weakenedLine)].join('\n');
}

const lineOf = ({ name, inForce, why, data, reviewBy, file }: UseCase): string => {
  const classes = [...new Set(data.map(({ dataClass, ttl }) => `${dataClass} ${ttl}`))].join(', ');
  const state = inForce ? `in force up to ${reviewBy}` : (why ?? 'is not in force');
  return `${inForce ? '+' : '-'} ${name} (${file}): ${state}; ${classes}`;
};

type Weakened = UseCaseList['weakened'][number];

const faultLine = ({ file, line, reason }: UseCaseList['faults'][number]): string =>
  `! ${file ?? ''}${line === undefined ? '' : `:${line}`}: ${reason}`;

function weakenedLine({ title, field, path, asks, values, effect, restore }: Weakened): string {
  const loss = effect === 'misses' ? 'may find less' : 'may find too much';
  const remedy =
    'attribute' in restore ? `ask for ${restore.attribute}` : `leave ${restore.leaveClear} in the clear`;
  const looked = `${asks.replaceAll('_', ' ')} ${values.join(', ')}`;
  return `~ ${title}: ${loss}, since ${path} (${field}) is kept under pseudonyms and it asks for ${looked}; ${remedy}`;
}

/** The file, below what the server makes of it. */
export const detailText = (found: UseCaseDetail): string => `# ${lineOf(found)}\n${found.source.trimEnd()}`;
