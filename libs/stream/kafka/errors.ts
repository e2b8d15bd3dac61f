import { defineErrors } from '@tidewatch/event';

/** Expected failures of a log in Kafka. `retryAfter` is in seconds. */
export const kafkaErrors = defineErrors({
  KAFKA_UNREACHABLE: {
    status: 503,
    message:
      'No Kafka broker answered at {brokers} ({reason}); check that one runs there, and the sasl and tls settings.',
  },
  KAFKA_UNAVAILABLE: {
    status: 503,
    message:
      'Kafka did not take records for stream {stream} within {seconds} s ({reason}); try again in {retryAfter} s.',
  },
  KAFKA_BUSY: {
    status: 429,
    message:
      '{used} bytes wait to be sent to Kafka, of {limit} allowed, so stream {stream} takes nothing; try again in {retryAfter} s.',
  },
  KAFKA_TOPIC_MISSING: {
    status: 503,
    message:
      'Topic {topic} is missing and could not be created ({reason}). Create it, for example: kafka-topics.sh --create --topic {topic} --partitions {partitions} --replication-factor {replicas} {settings}',
  },
  KAFKA_TOPIC_UNKNOWN: {
    status: 503,
    message: 'There is no topic {topic}; create it, or correct its name.',
  },
  KAFKA_TOPIC_UNFIT: {
    status: 503,
    message:
      'Topic {topic} has {setting}={found}, but Tidewatch needs {needed}; change the setting, or choose another prefix.',
  },
  KAFKA_CODEC: {
    status: 500,
    message: 'Compression {codec} is not supported; choose none, gzip or snappy.',
  },
});
