import { describeAgreement, describeEventStoreContract } from '@tidewatch/store/contract.suite';
import { open, sealing } from '../../libs/store/duckdb/harness.suite.ts';

describeEventStoreContract('DuckDB, sealed,', (classes, now) => open(sealing, classes, now));
describeAgreement('DuckDB, sealed,', (classes, now) => open(sealing, classes, now), 'any');
