import { defineErrors } from '@tidewatch/event';

/** What the inputs refuse. The first group is read by the operator at start, the rest by senders over HTTP. */
export const errors = defineErrors({
  PORT_TAKEN: {
    status: 500,
    message:
      'Port {port} ({protocol}) on {host} is taken by another program. Stop that program, or give the {input} input another `port` in tidewatch.yml (0 takes any free one).',
  },
  PORT_FORBIDDEN: {
    status: 500,
    message:
      'The {input} input may not listen on port {port} ({protocol}): the system keeps it for privileged programs. Give it a `port` of 1024 or above in tidewatch.yml.',
  },
  BIND_FAILED: {
    status: 500,
    message:
      'The {input} input cannot listen on {host}, port {port} ({protocol}): {reason}. Give it a `host` that is an address of this machine; 127.0.0.1 always is.',
  },
  NEEDS_KEYS: {
    status: 500,
    message:
      'The http input would be reached by other machines ({why}) without asking who sends. Add `api_keys` or `server_keys`, or `tls` with `client_ca`, or let only this machine send.',
  },
  NEEDS_TLS: {
    status: 500,
    message:
      'The {input} input would listen on {host}, where other machines reach it, without TLS: what is sent could be read and forged on the way. {remedy}, or set `host` to 127.0.0.1, or set `insecure` to true.',
  },
  NEEDS_BROKER_TLS: {
    status: 500,
    message:
      'The kafka input would read from {broker} without TLS: its password and events could be read and forged on the way. Add `tls`, or set `insecure` to true.',
  },
  NEEDS_PEERS: {
    status: 500,
    message:
      'The {input} input would listen on {host}, where other machines reach it, without asking who sends. Name the senders in `allow_from`, ask for client certificates over TLS (`tls.client_ca`), or set `host` to 127.0.0.1.',
  },
  NEEDS_CERTIFICATE: {
    status: 500,
    message:
      'The {input} input is to listen over TLS and has no certificate. Give it `tls` with `certificate` and `key`, or take `tls` from its `protocols`.',
  },
  TLS_FILE_UNREADABLE: {
    status: 500,
    message:
      'The file {file}, which `tls.{field}` names, cannot be read: {reason}. Correct the path, or let Tidewatch read the file.',
  },
  TLS_FILE_INVALID: {
    status: 500,
    message:
      'The file {file}, which `tls.{field}` names, cannot be used: {reason}. It must be PEM, and a key must have no passphrase.',
  },
  TLS_KEY_MISMATCH: {
    status: 500,
    message:
      'The private key in {key} is not that of the certificate in {certificate}. Give `tls.key` the key with which the certificate was requested; the first certificate of the file must be its own.',
  },
  POSITIONS_UNWRITABLE: {
    status: 500,
    message:
      'The {input} input cannot save how far it has read in {directory}: {reason}. Make the data directory writable, or choose another one.',
  },

  NOT_EVTX: {
    status: 422,
    message:
      '{path} is no Windows event log: it does not begin with "ElfFile". Name files that Windows wrote, or `wevtutil epl` exported.',
  },
  NOT_A_JOURNAL_FILE: {
    status: 422,
    message:
      '{path} is no journal in export format. Write it with `journalctl -o export`, or leave it out of `paths`.',
  },
  DAMAGED_FILE: {
    status: 422,
    message: '{path} cannot be read to its end: {reason}. What comes before was taken; copy the file again.',
  },

  ORIGIN_REFUSED: {
    status: 403,
    message: 'No web page may send to Tidewatch: the request has an Origin header.',
  },
  HOST_REFUSED: {
    status: 403,
    message:
      'The Host header "{host}" names no address of this input. If the name is right, add it to `hosts`.',
  },
  UNAUTHENTICATED: {
    status: 401,
    message:
      'This input asks for an API key: send it as `Authorization: ApiKey …`, or as the password of basic authentication.',
  },
  TOO_MANY_GUESSES: {
    status: 429,
    message:
      'Too many wrong API keys came from {peer}. Come again in {retryAfter} seconds, with the right one.',
  },
  SOURCE_FORBIDDEN: { status: 403, message: 'The API key "{key}" may not send to the source "{source}".' },
  SOURCE_REFUSED: { status: 403, message: 'The source "{source}" is refused: {reason}' },
  INVALID_NAME: {
    status: 400,
    message:
      'The name "{name}" is not valid: 1 to 255 of a-z, 0-9, "_", "-" and ".", beginning with a letter or digit or ".".',
  },
  INVALID_ID: { status: 400, message: 'An id has at most {limit} bytes.' },
  INVALID_IDEMPOTENCY_KEY: { status: 400, message: 'An Idempotency-Key has 1 to 256 characters.' },
  NOT_FOUND: {
    status: 404,
    message: 'Nothing is served at {method} {path}. Events go to /_bulk or /ingest/<source>.',
  },

  BAD_REQUEST: { status: 400, message: 'The request cannot be read: {reason}' },
  BODY_TOO_LARGE: {
    status: 413,
    message:
      'The body is larger than {limit} bytes once unpacked. Send smaller batches, or raise `max_body_bytes`.',
  },
  COMPRESSION_RATIO: {
    status: 413,
    message: 'The body unpacks to more than {limit} times its size, as no log does. Nothing was taken.',
  },
  TOO_MANY_DOCUMENTS: {
    status: 413,
    message: 'The request holds more than {limit} documents. Send smaller batches, or raise `max_documents`.',
  },
  TOO_MANY_SOURCES: {
    status: 413,
    message:
      'The request is for {sources} sources; at most {limit} are taken at once. Send one request for each group of sources.',
  },
  NOT_A_JOURNAL: {
    status: 415,
    message:
      'The content type "{type}" is no journal: /upload takes application/vnd.fdo.journal, as systemd-journal-upload sends.',
  },
  DAMAGED_JOURNAL: {
    status: 400,
    message: '{damaged} entries of the journal cannot be read. The others were taken.',
  },
  UNSUPPORTED_ENCODING: {
    status: 415,
    message: 'The content encoding "{encoding}" is not supported: use gzip, deflate or none.',
  },
  CORRUPT_BODY: { status: 400, message: 'The body cannot be unpacked: {reason}.' },
  CLIENT_GONE: { status: 400, message: 'The sender closed the connection before the body was complete.' },
  TOO_SLOW: {
    status: 408,
    message:
      'The request did not end within {limit} ms. Send smaller batches, or raise `request_timeout_ms`.',
  },
  EMPTY_BODY: { status: 400, message: 'The request holds no documents.' },
  MALFORMED_ACTION: {
    status: 400,
    message: 'Malformed action/metadata line [{line}]: {problem}. Nothing of this request was taken.',
  },
  MALFORMED_ARRAY: {
    status: 400,
    message: 'The body is not a JSON array: {problem}. Nothing of this request was taken.',
  },

  BUSY: {
    status: 429,
    message: 'Too many requests are under way. Nothing of this one was taken: send it again.',
  },
  QUOTA_EXCEEDED: {
    status: 429,
    message: 'The quota of {what} is used up. None of it was taken: send it again in {retryAfter} seconds.',
  },
  NO_NEW_SOURCES: {
    status: 429,
    message:
      'The source "{source}" is new, and this input takes no more than {limit} sources. Map indices that belong together with `sources`, or raise `max_sources`.',
  },
  STOPPING: {
    status: 503,
    message: 'Tidewatch is stopping. Nothing of this request was taken: send it again.',
  },
});
