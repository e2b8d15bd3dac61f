import { dashboard } from './dashboard.ts';
import type { ExporterMetric } from './exporters.ts';
import { lines, number } from './panel.ts';

const ours = 'topic=~"tidewatch[.].*"';
const gain = (name: ExporterMetric, match = '') => `rate(${name}{${match}}[$__rate_interval])`;
const value = (name: ExporterMetric, match = ''): string => (match === '' ? name : `${name}{${match}}`);

export const services = dashboard({
  uid: 'tidewatch-services',
  title: 'OpenSearch and Kafka',
  about: 'Health of what Tidewatch may be run on, from the exporters of both. Empty where there is none.',
  rows: {
    OpenSearch: [
      number({
        title: 'Status',
        about: '0 green, 1 yellow: a copy is missing, 2 red: data is missing.',
        unit: 'none',
        queries: { status: `max(${value('opensearch_cluster_status')})` },
        changes: [
          [1, 'orange'],
          [2, 'red'],
        ],
      }),
      number({
        title: 'Nodes',
        about: 'Nodes of the cluster.',
        unit: 'none',
        queries: { nodes: `max(${value('opensearch_cluster_nodes_number')})` },
      }),
      lines({
        title: 'Shards',
        about: 'By state. Those that are unassigned for long lack a node or disk.',
        unit: 'none',
        queries: { '{{type}}': `max by (type) (${value('opensearch_cluster_shards_number')})` },
        width: 8,
      }),
      lines({
        title: 'Tasks refused',
        about: 'Tasks that a pool of threads turned away: Tidewatch sends them again, later.',
        unit: 'short',
        queries: {
          '{{node}} {{name}}': `sum by (node, name) (${gain('opensearch_threadpool_threads_count', 'type="rejected"')}) > 0 or sum by (node) (${gain('opensearch_threadpool_threads_count', 'type="rejected", name="write"')})`,
        },
        width: 8,
      }),
      lines({
        title: 'Heap',
        about: 'Of the Java machine. Above 85 % it mostly collects garbage.',
        unit: 'percent',
        queries: { '{{node}}': `max by (node) (${value('opensearch_jvm_mem_heap_used_percent')})` },
        width: 8,
        max: 100,
      }),
      lines({
        title: 'Garbage collection',
        about: 'Share of the time.',
        unit: 'percentunit',
        queries: {
          '{{node}} {{gc}}': `sum by (node, gc) (${gain('opensearch_jvm_gc_collection_time_seconds')})`,
        },
        width: 8,
      }),
      lines({
        title: 'Processor',
        about: 'Of the machine.',
        unit: 'percent',
        queries: { '{{node}}': `max by (node) (${value('opensearch_os_cpu_percent')})` },
        width: 8,
        max: 100,
      }),
      lines({
        title: 'Documents written',
        about: 'Copies count, too.',
        unit: 'eps',
        queries: { '{{node}}': `sum by (node) (${gain('opensearch_indices_indexing_index_count')})` },
        width: 8,
      }),
      lines({
        title: 'Time of a search',
        about: 'Mean per shard.',
        unit: 's',
        queries: {
          '{{node}}': `sum by (node) (${gain('opensearch_indices_search_query_time_seconds')}) / sum by (node) (${gain('opensearch_indices_search_query_count')})`,
        },
        width: 8,
      }),
      lines({
        title: 'Free disk',
        about: 'Share. Below 0.1 OpenSearch moves shards away, below 0.05 it stops writing.',
        unit: 'percentunit',
        queries: {
          '{{node}}': `min by (node) (${value('opensearch_fs_total_available_bytes')} / ${value('opensearch_fs_total_total_bytes')})`,
        },
        width: 8,
        max: 1,
      }),
      lines({
        title: 'Breakers',
        about: 'Times that a circuit breaker refused work for want of memory.',
        unit: 'short',
        queries: {
          '{{node}} {{name}}': `sum by (node, name) (${gain('opensearch_circuitbreaker_tripped_count')})`,
        },
      }),
    ],
    Kafka: [
      number({
        title: 'Brokers',
        about: 'Brokers of the cluster.',
        unit: 'none',
        queries: { brokers: `max(${value('kafka_brokers')})` },
      }),
      number({
        title: 'Under-replicated',
        about: 'Partitions of which a copy lags or is away.',
        unit: 'none',
        queries: { partitions: `sum(${value('kafka_topic_partition_under_replicated_partition')})` },
        changes: [[1, 'red']],
      }),
      number({
        title: 'Not at their preferred leader',
        about: 'Partitions led by another broker than planned.',
        unit: 'none',
        queries: {
          partitions: `count(${value('kafka_topic_partition_leader_is_preferred')} == 0) or vector(0)`,
        },
      }),
      lines({
        title: 'Records written',
        about: 'To topics of Tidewatch.',
        unit: 'eps',
        queries: { '{{topic}}': `sum by (topic) (${gain('kafka_topic_partition_current_offset', ours)})` },
      }),
      lines({
        title: 'Records held',
        about: 'By topics of Tidewatch.',
        unit: 'short',
        queries: {
          '{{topic}}': `sum by (topic) (${value('kafka_topic_partition_current_offset', ours)} - ${value('kafka_topic_partition_oldest_offset', ours)})`,
        },
      }),
      lines({
        title: 'Records behind',
        about: 'By group and topic of Tidewatch.',
        unit: 'short',
        queries: {
          '{{consumergroup}} on {{topic}}': `sum by (consumergroup, topic) (${value('kafka_consumergroup_lag', ours)})`,
        },
      }),
      lines({
        title: 'Partitions',
        about: 'Of topics of Tidewatch.',
        unit: 'none',
        queries: { '{{topic}}': value('kafka_topic_partitions', ours) },
      }),
    ],
  },
});
