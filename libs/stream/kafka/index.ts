export type { Compression, KafkaConfig, KafkaConnection, KafkaSasl, KafkaTls } from './config.ts';
export { openKafkaDocuments } from './documents.ts';
export { createKafka, type KafkaLog } from './kafka.ts';
export { createKafkaSnapshots } from './snapshots.ts';
export {
  createTopicReader,
  type TopicBatch,
  type TopicReader,
  type TopicReaderConfig,
  type TopicRecord,
} from './topic_reader.ts';
