import { readFile } from 'node:fs/promises';
import { errors } from '../errors.ts';

/** @throws OPENSEARCH_FILE_UNREADABLE */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw errors.OPENSEARCH_FILE_UNREADABLE({ file, problem: (error as Error).message });
  }
}
