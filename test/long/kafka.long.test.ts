import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { churn, ledgerOfOutages } from '../../libs/stream/kafka/faults.fixture.ts';
import { openTestKafka } from '../../libs/stream/kafka/kafka.harness.ts';
import { has } from '../require.ts';
import { type KafkaService, startKafka } from '../services/kafka.ts';

describe.runIf(has('kafka'))('Kafka in trouble for long', () => {
  let kafka: KafkaService;
  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(() => kafka.stop());

  it('loses and doubles nothing over ten outages (R3)', async () => {
    const { log, dispose } = await openTestKafka({
      brokers: [kafka.broker],
      appendTimeoutMs: 60_000,
      sessionTimeoutMs: 6_000,
    });
    const ledger = await ledgerOfOutages(kafka, await log.open('events'), 10);
    process.stdout.write(`R3 (Kafka): ${JSON.stringify(ledger)}\n`);
    expect(ledger).toMatchObject({ lost: [], doubled: [] });
    expect(ledger.recoveredWithin).toBeLessThan(30);
    await dispose();
  });

  it('keeps half its speed while consumers come and go for half a minute (R4)', async () => {
    const { log, dispose } = await openTestKafka({ brokers: [kafka.broker], heartbeatMs: 500 });
    const result = await churn(await log.open('events'), 600_000, 2_000);
    process.stdout.write(`R4 (Kafka): ${JSON.stringify(result)}\n`);
    expect(result).toMatchObject({ missing: 0, doubled: 0 });
    expect(result.disturbed / result.calm).toBeGreaterThan(0.5);
    await dispose();
  });
});
