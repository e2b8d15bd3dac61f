import type { SetupStep } from '@tidewatch/store/opensearch';
import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './context.ts';

interface SetupOptions {
  readonly config?: string;
  readonly dashboards?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export const setupCommand = ({ root, print }: CommandContext): Command => {
  const command = new Command('setup').description('Prepare what Tidewatch works with.');
  command
    .command('opensearch')
    .description(
      'Install index templates, the alias, indices and retention policies in the OpenSearch of store.opensearch, as each start does, and say what the cluster lacks. Exit code 1 where it refused something.',
    )
    .option('--config <file>', 'configuration file')
    .option('--dashboards <url>', 'address of OpenSearch Dashboards, to import the dashboards there', address)
    .option('--dry-run', 'change nothing, and say what would be')
    .option('--json', 'print JSON')
    .action(async ({ dashboards, dryRun = false, json, ...options }: SetupOptions) => {
      const { setUpCluster } = await import('../setup/opensearch.ts');
      const report = await setUpCluster(options, root, dashboards, dryRun);
      if (json) print(JSON.stringify(report, null, 2));
      else {
        const { flavour, version } = report.server;
        const name = flavour === 'opensearch' ? 'OpenSearch' : 'Elasticsearch';
        print(`${name} ${version} at ${report.nodes.join(', ')}${dryRun ? '; nothing is changed' : ''}`);
        for (const { what, state, says = '' } of report.steps)
          print(`${wordFor(state, dryRun).padEnd(13)} ${what.padEnd(41)} ${says}`.trimEnd());
      }
      if (report.steps.some(({ state }) => state === 'refused')) process.exitCode = 1;
    });
  return command;
};

const wordFor = (state: SetupStep['state'], dryRun: boolean): string =>
  dryRun && (state === 'created' || state === 'changed') ? `to be ${state}` : state;

function address(text: string): string {
  if (URL.parse(text) !== null && /^https?:\/\/[^@]*$/.test(text)) return text;
  throw new InvalidArgumentError(
    'It must be an address such as https://dashboards:5601, without a password.',
  );
}
