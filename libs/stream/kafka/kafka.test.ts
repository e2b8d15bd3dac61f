import { afterAll, beforeAll, describe } from 'vitest';
import { has } from '../../../test/require.ts';
import { type KafkaService, startKafka } from '../../../test/services/kafka.ts';
import { describeStreamContract } from '../contract.suite.ts';
import { openTestKafka } from './kafka.harness.ts';

describe.runIf(has('kafka'))('Kafka', () => {
  let kafka: KafkaService;
  beforeAll(async () => {
    kafka = await startKafka();
  }, 60_000);
  afterAll(() => kafka.stop());

  describeStreamContract('kafka', (partitions) => openTestKafka({ brokers: [kafka.broker], partitions }));
});
