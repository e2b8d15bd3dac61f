/**
 * Series of the exporters that operators of OpenSearch and Kafka usually run, by name: `opensearch_*` of the plugin
 * prometheus-exporter of the OpenSearch project, `kafka_*` of kafka_exporter.
 */
export const exporters = {
  opensearch_cluster_status: 'gauge',
  opensearch_cluster_nodes_number: 'gauge',
  opensearch_cluster_shards_number: 'gauge',
  opensearch_jvm_mem_heap_used_percent: 'gauge',
  opensearch_jvm_gc_collection_time_seconds: 'counter',
  opensearch_os_cpu_percent: 'gauge',
  opensearch_indices_indexing_index_count: 'counter',
  opensearch_indices_search_query_count: 'counter',
  opensearch_indices_search_query_time_seconds: 'counter',
  opensearch_threadpool_threads_count: 'gauge',
  opensearch_circuitbreaker_tripped_count: 'counter',
  opensearch_fs_total_available_bytes: 'gauge',
  opensearch_fs_total_total_bytes: 'gauge',
  kafka_brokers: 'gauge',
  kafka_topic_partitions: 'gauge',
  kafka_topic_partition_current_offset: 'gauge',
  kafka_topic_partition_oldest_offset: 'gauge',
  kafka_topic_partition_under_replicated_partition: 'gauge',
  kafka_topic_partition_leader_is_preferred: 'gauge',
  kafka_consumergroup_lag: 'gauge',
} as const;

export type ExporterMetric = keyof typeof exporters;
