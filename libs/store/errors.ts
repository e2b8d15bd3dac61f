import { defineErrors } from '@tidewatch/event';

export const errors = defineErrors({
  CLASSES_INVALID: { status: 400, message: '{file}: {problem}' },
  CLASS_UNKNOWN: {
    status: 500,
    message:
      'The store holds events of the data class {dataClass}, which is not defined. Define it in governance/classes.yml again (a short ttl lets it expire), or remove the folder {folder}.',
  },
  STORE_LOCKED: {
    status: 500,
    message: '{file} is open in another process. Stop that one, or choose another directory.',
  },
  STORE_DAMAGED: {
    status: 500,
    message:
      'The store cannot read {file}: {problem}. Restore the file from a backup, or move it away to go on without it.',
  },
  STORE_VERSION: {
    status: 500,
    message:
      '{file} has the layout {found}; this version of Tidewatch reads layout {known}, and no release wrote another. Nothing was changed: start the version that wrote it, or choose another directory to begin anew.',
  },
  OPENSEARCH_UNREACHABLE: {
    status: 503,
    message: 'No OpenSearch answers at {url}: {problem}. Start it, or correct the addresses of its nodes.',
  },
  OPENSEARCH_REFUSED: {
    status: 503,
    message:
      '{url} refuses {what} ({status}): {problem}. Look at the secret in its file, at the rights of its owner on tidewatch-*, at blocks of the indices and at the limit of shards.',
  },
  OPENSEARCH_BUSY: {
    status: 503,
    message: '{url} is too busy for {what} ({status}): {problem}. Give it time, or more nodes.',
  },
  OPENSEARCH_UNKNOWN: {
    status: 502,
    message: '{url} does not answer as OpenSearch or Elasticsearch do: {problem}. Correct the address.',
  },
  OPENSEARCH_TOO_OLD: {
    status: 500,
    message: '{url} is {flavour} {version}; Tidewatch needs {oldest} or newer.',
  },
  OPENSEARCH_FILE_UNREADABLE: {
    status: 500,
    message: 'The file {file}, with which Tidewatch is to connect to OpenSearch, cannot be used: {problem}.',
  },
  ARCHIVE_UNREACHABLE: {
    status: 503,
    message: 'The archive {place} cannot be used: {problem}.',
  },
  ARCHIVE_VERSION: {
    status: 500,
    message:
      'The object {key} has the format {found}; this version of Tidewatch reads {known}. It was not restored: the version that wrote it can, and any tool that reads Parquet.',
  },
  ARCHIVE_OBJECT_MISSING: { status: 404, message: 'The archive {place} has no object {key} any more.' },
  ARCHIVE_OBJECT_DAMAGED: {
    status: 500,
    message:
      'The object {key} of the archive {place} is not what was archived: its SHA-256 differs from its manifest’s. It was not restored.',
  },
  STORE_CLOSED: { status: 503, message: 'The store is closed.' },
  PAGE_TOKEN_INVALID: { status: 400, message: 'The page token is not one that a search gave.' },
  QUERY_TIMED_OUT: {
    status: 503,
    message: 'The store did not finish {what} in time. Ask about a shorter time, or for less.',
  },
  QUERY_TOO_WIDE: { status: 400, message: '{problem}' },
  GROUP_FIELD: { status: 400, message: '{problem}' },
  CHANGE_UNKNOWN: {
    status: 404,
    message: 'There is no change {changeId} to undo; a change can be undone for 10 minutes.',
  },
});
