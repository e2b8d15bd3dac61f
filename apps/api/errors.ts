import { defineErrors } from '@tidewatch/event';

export const errors = defineErrors({
  REQUEST_INVALID: { status: 400, message: 'The request is not as the API describes it: {why}' },
  BODY_TOO_LARGE: { status: 413, message: 'The body is larger than {limit} kB.' },
  BODY_TOO_COMPLEX: {
    status: 413,
    message:
      'The body nests deeper than {depth} levels, or has more than {fields} members: send less at once.',
  },
  MEDIA_TYPE: {
    status: 415,
    message:
      'Send JSON with `content-type: application/json`; rules and use-cases may be sent as `application/yaml`.',
  },
  ARCHIVE_OFF: {
    status: 404,
    message: 'This server keeps no archive. Name a folder or a bucket in `archive` of its configuration.',
  },
  KQL_SYNTAX: { status: 400, message: '{why}' },
  TIME_INVALID: {
    status: 400,
    message: '`{text}` is not a time. Write ISO 8601, epoch milliseconds, or `now-15m` (s, m, h, d, w).',
  },
  RANGE_EMPTY: { status: 400, message: 'The time range ends before it starts.' },
  SESSION_MISSING: {
    status: 401,
    message:
      'You are not logged in, or your session ended. Get a link with `npx tidewatch admin login-link`.',
  },
  ROLE_MISSING: { status: 403, message: 'This needs one of the roles {roles}.' },
  ADMIN_TOKEN_INVALID: { status: 401, message: 'This needs the server’s own admin token as bearer token.' },
  METRICS_CLOSED: {
    status: 401,
    message:
      'Metrics are shown to this machine, and to who sends the token in `http.metrics_token_file` as bearer token.',
  },
  REACH_NARROW: {
    status: 403,
    message: 'This shows records of any data class, or lets people see them, and you may see only some.',
  },
  KEY_INVALID: {
    status: 401,
    message: 'This API key is not known, has expired, or its user may not log in any more.',
  },
  KEY_SCOPE: { status: 403, message: 'The API key needs the scope {scope} for this.' },
  KEY_CLOSED: { status: 403, message: 'This is for people who are logged in, not for API keys.' },
  SCOPE_UNKNOWN: { status: 400, message: 'There is no scope {scope}. Scopes are {scopes}.' },
  SCOPE_DENIED: { status: 403, message: 'Your roles do not let you make keys with {scope}.' },
  KEY_UNKNOWN: { status: 404, message: 'There is no API key {id}.' },
  KEY_OWNER: { status: 403, message: 'Everybody makes API keys for themselves only.' },
  OWNER_MISSING: { status: 400, message: 'Say with `user` whose key it is.' },
  USER_EXISTS: { status: 409, message: 'There is a user {id} already.' },
  USER_EXTERNAL: {
    status: 409,
    message: 'The identity provider decides on the roles and the name of {id}. Change them there.',
  },
  SELF_CHANGE: { status: 409, message: 'Ask another administrator to change what you may do.' },
  CLASS_UNKNOWN: { status: 400, message: 'There is no data class {name}. There are {names}.' },
  USER_UNKNOWN: { status: 404, message: 'There is no user {id}.' },
  PASSWORD_ASKED: { status: 400, message: 'Say the current password with `current`.' },
  OIDC_OFF: { status: 404, message: 'No identity provider is configured (`auth.oidc`).' },
  OIDC_AWAY: {
    status: 503,
    message: 'The identity provider cannot be reached. Log in otherwise, or try again later.',
  },
  OIDC_REFUSED: { status: 401, message: 'The log-in at the identity provider did not succeed: {why}' },
  CSRF_INVALID: {
    status: 403,
    message: 'The header `x-tidewatch-csrf` must carry the session’s `csrf` value.',
  },
  ORIGIN_FOREIGN: {
    status: 403,
    message: 'Requests that change something are taken from the console’s own pages only.',
  },
  HOST_UNKNOWN: {
    status: 421,
    message: 'This server does not answer for the host {host}. Add it to `hosts` in the configuration.',
  },
  TOO_MANY_LOGINS: { status: 429, message: 'Too many attempts to log in. Try again in a minute.' },
  TOO_MANY_STREAMS: { status: 503, message: 'Too many consoles are connected to the live stream.' },
  AUDIT_UNAVAILABLE: {
    status: 503,
    message: 'The audit log cannot be written, so nothing is shown or changed. Check the disk of the server.',
  },
  NOT_FOUND: { status: 404, message: 'There is nothing at {url}.' },
  ALERT_UNKNOWN: {
    status: 404,
    message: 'There is no alert {id} that you may see, or its time to live is over.',
  },
  MATCH_UNKNOWN: { status: 404, message: 'The alert {alert} keeps no match {id}.' },
  ALERT_JOB_UNKNOWN: {
    status: 404,
    message: 'There is no change of many alerts {id}, or its time to live is over.',
  },
  ALERT_JOB_ENDED: { status: 409, message: 'The change of alerts {id} has ended already.' },
  ALERT_JOB_NOT_UNDOABLE: {
    status: 409,
    message: 'The change of alerts {id} has not ended yet, or takes back another itself.',
  },
  ALERT_ASSIGNEE: {
    status: 400,
    message: 'Alerts can be assigned to who may work on them; {id} is nobody of these.',
  },
  CASE_OWNER: {
    status: 400,
    message: 'A case can be owned by who may work on it; {id} is nobody of these.',
  },
  CASE_TOO_MANY: {
    status: 409,
    message: 'The query finds more than the {most} alerts that a case holds. Narrow it.',
  },
  EVENT_UNKNOWN: { status: 404, message: 'There is no event {id}, or its time to live is over.' },
  BACKTEST_UNKNOWN: {
    status: 404,
    message: 'There is no backtest {id}; those that ended long ago are forgotten.',
  },
  BACKTEST_ENDED: { status: 409, message: 'The backtest {id} has ended already.' },
  RULE_UNKNOWN: { status: 404, message: 'There is no rule {id}.' },
  RULE_INVALID: { status: 400, message: 'The rule is not right: {why}' },
  RULE_CHANGED: {
    status: 412,
    message:
      'Rule {id} is not in the version that was expected, but in {version}. Read it again, then decide.',
  },
  RULE_READ_ONLY: {
    status: 409,
    message: 'Rule {id} is in {file}, which is not changed through the API. Change it there.',
  },
  RULE_NOT_RESTORABLE: { status: 404, message: 'Rule {id} has no version before this one.' },
  RULES_ELSEWHERE: {
    status: 409,
    message:
      'Rules run in another process. Ask that one, or keep the log in Kafka, so that all have the same.',
  },
  RULE_RUNS: { status: 409, message: 'The rule {id} is not in quarantine.' },
  PARSER_UNKNOWN: { status: 404, message: 'There is no parser {name} in force.' },
  PARSER_INVALID: { status: 400, message: 'The parser is not right: {why}' },
  PARSER_TRIAL_ENDED: {
    status: 422,
    message: 'The trial was ended: {why} Send fewer records, or less of a parser.',
  },
  PARSER_TRIALS_BUSY: {
    status: 503,
    message: 'Too many parsers are tried at once. Try again in some seconds.',
  },
  USECASE_UNKNOWN: { status: 404, message: 'There is no use-case {name}.' },
  USECASE_INVALID: { status: 400, message: 'The use-case is not right: {why}' },
  USECASE_CHANGED: {
    status: 412,
    message:
      'The use-case {name} is not in the version that was expected, but in {version}. Read it again, then decide.',
  },
  USECASE_READ_ONLY: {
    status: 409,
    message: 'The use-case {name} is in {file}, which is not changed through the API. Change it there.',
  },
  USECASE_NOT_RESTORABLE: { status: 404, message: 'The use-case {name} has no version before this one.' },
  USECASE_APPROVAL: {
    status: 403,
    message: 'The use-case {name} cannot be approved like this: {why}',
  },
  EXCEPTION_INVALID: { status: 400, message: '{why}' },
  EXCEPTION_UNKNOWN: { status: 404, message: 'There is no exception {id}.' },
  EXCEPTION_SHARED: {
    status: 409,
    message: 'Its file holds other documents too. Take it out by hand: {file}',
  },
  MODELS_ABSENT: { status: 409, message: 'No models run in this process. Ask one with the role `scorer`.' },
  DETECTORS_ABSENT: {
    status: 409,
    message: 'No detectors of anomalies run in this process. Ask one with the role `scorer`.',
  },
  DETECTOR_UNKNOWN: { status: 404, message: 'There is no detector {id}.' },
  DETECTOR_INVALID: { status: 400, message: 'This is no detector: {why}' },
  DETECTOR_READ_ONLY: {
    status: 409,
    message: 'The detector {id} is a file of a folder in `anomalies.paths`: it is changed there.',
  },
  DETECTOR_OFF: { status: 409, message: 'The detector {id} does not run: it knows no entities.' },
  ENTITY_UNKNOWN: { status: 404, message: 'The detector {id} knows no such entity that you may see.' },
  NORMAL_INVALID: { status: 400, message: 'That can’t be called normal: {why}' },
  NORMAL_UNKNOWN: { status: 404, message: 'Nothing was said to be normal under the id {id}.' },
  DETECTOR_RUNS_WAITING: { status: 429, message: 'Too many runs of detectors wait. Try again later.' },
  DETECTOR_RUN_UNKNOWN: { status: 404, message: 'There is no run {id} of a detector, or not any more.' },
  DETECTOR_RUN_ENDED: { status: 409, message: 'The run {id} has ended.' },
  FORECAST_UNKNOWN: {
    status: 404,
    message: 'Nothing called {name} is forecast, or its values ended.',
  },
  FORECAST_AS_EXPECTED: { status: 409, message: 'Nothing of {name} is off at present.' },
  LETTER_UNKNOWN: { status: 404, message: 'There is no dead letter {id}, or its time to live is over.' },
  LETTER_JOB_UNKNOWN: {
    status: 404,
    message: 'There is no such work on dead letters ({id}), or it ended long ago.',
  },
  LETTER_JOB_ENDED: { status: 409, message: 'The work on dead letters {id} has ended already.' },
  DEMO_NONE: { status: 404, message: 'There is no demonstration to remove.' },
  NOT_READY: { status: 503, message: 'Not every part is ready yet.' },
  INTERNAL: {
    status: 500,
    message: 'Something went wrong in the server. Its log has the reason under {id}.',
  },
  ROUTE_WITHOUT_POLICY: { status: 500, message: 'The route {method} {url} does not say who may use it.' },
});
