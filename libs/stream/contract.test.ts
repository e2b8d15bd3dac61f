import { describeStreamContract } from './contract.suite.ts';
import { openTestWal } from './wal/wal.harness.ts';

describeStreamContract('wal', (partitions) => openTestWal({ partitions }));
describeStreamContract('wal with small segments', (partitions) =>
  openTestWal({ partitions, segmentBytes: 4_096, groupCommitMs: 2, tailBytes: 2_000 }),
);
