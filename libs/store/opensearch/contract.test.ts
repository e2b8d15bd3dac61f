import { describe } from 'vitest';
import { has } from '../../../test/require.ts';
import { describeAgreement, describeEventStoreContract } from '../contract.suite.ts';
import { describeCorpus } from '../corpus.suite.ts';
import { openSearchForTests } from './store.suite.ts';

describe.runIf(has('opensearch'))('on a real OpenSearch', { timeout: 60_000 }, () => {
  const { openEvents } = openSearchForTests();
  describeEventStoreContract('OpenSearch', openEvents);
  describeAgreement('OpenSearch', openEvents, 'one');
  describeCorpus('OpenSearch', openEvents, 10);
});
