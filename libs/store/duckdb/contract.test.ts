import { bundled } from '../../../test/bundle.ts';
import {
  describeAgreement,
  describeAlertStoreContract,
  describeEventStoreContract,
} from '../contract.suite.ts';
import { open } from './harness.suite.ts';

const engineThread = bundled(new URL('./engine_thread.ts', import.meta.url));

describeEventStoreContract('DuckDB in a thread', (classes, now) =>
  open(({ events }) => events, classes, now, engineThread),
);
describeAlertStoreContract('DuckDB', (classes, now) => open(({ alerts }) => alerts, classes, now));
describeAgreement('DuckDB', (classes, now) => open(({ events }) => events, classes, now), 'any');
