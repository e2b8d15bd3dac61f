import { runCommand, type Said } from '../commands/command.fixture.ts';
import { sigmaCommand } from '../commands/sigma/index.ts';

/** For tests: `tidewatch sigma …`. */
export const sigma = (...args: string[]): Promise<Said> => runCommand(sigmaCommand, ...args);
