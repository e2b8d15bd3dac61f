import { Command } from 'commander';
import type { CommandContext } from './context.ts';

export const doctorCommand = ({ root, print }: CommandContext): Command =>
  new Command('doctor')
    .description(
      'Check this machine and the configuration: versions, ports, disk, memory, clock, what is missing.',
    )
    .option('--config <file>', 'configuration file')
    .option('--data <dir>', 'data folder')
    .option('--json', 'print JSON')
    .action(async (options: { config?: string; data?: string; json?: boolean }) => {
      const { examine } = await import('../doctor/examine.ts');
      const findings = await examine(options, root);
      if (options.json) print(JSON.stringify(findings, null, 2));
      else
        for (const { state, topic, says } of findings)
          print(`${state.padEnd(5)} ${topic.padEnd(14)} ${says}`);
      if (findings.some(({ state }) => state === 'fault')) process.exitCode = 1;
    });
