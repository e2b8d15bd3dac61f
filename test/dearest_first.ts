import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from 'vitest/node';

/**
 * Begins with the files that take longest, in this order, so that the workers end together: a clean checkout remembers no
 * durations, and would begin with the longest sources.
 *
 * @param dearest how paths end
 */
export const dearestFirst = (dearest: readonly string[]): TestSequencerConstructor =>
  class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const rank = ({ moduleId }: TestSpecification): number => {
        const found = dearest.findIndex((path) => moduleId.endsWith(path));
        return found === -1 ? dearest.length : found;
      };
      // Files that share a process come one after the other, or it ends in between.
      const shares = ({ project }: TestSpecification): number => Number(!project.config.isolate);
      return (await super.sort(files)).sort((a, b) => shares(a) - shares(b) || rank(a) - rank(b));
    }
  };
