import type { SourceEntry } from './entry.ts';

/** Logs that rules only search for words: whatever the application writes. */
const words = (product: string, ...datasets: string[]): SourceEntry => ({
  logsource: { product, category: 'application' },
  datasets: [product, ...datasets],
});

const databases = [
  'mysql.error',
  'mysql.slowlog',
  'postgresql.log',
  'postgresql.csvlog',
  'postgresql.jsonlog',
  'mssql',
];

/** Identity providers, code hosts, security products, databases and applications. */
export const applications: readonly SourceEntry[] = [
  {
    logsource: { product: 'okta', service: 'okta' },
    datasets: ['okta.system'],
    namespaces: ['okta.system', 'okta'],
    own:
      'eventType legacyEventType displayMessage outcome.reason outcome.result actor.alternateId target.displayName ' +
      'debugContext.debugData.requestUri debugContext.debugData.behaviors debugContext.debugData.logOnlySecurityData ' +
      'securityContext.isProxy',
    fields: {
      eventType: ['okta.event_type', 'event.action'],
      legacyEventType: 'okta.legacy_event_type',
      displayMessage: ['okta.display_message', 'message'],
      'outcome.reason': ['okta.outcome.reason', 'event.reason'],
      'outcome.result': ['okta.outcome.result', 'event.outcome'],
      'actor.alternateId': ['okta.actor.alternate_id', 'user.email'],
      'target.displayName': 'okta.target.display_name',
      'securityContext.isProxy': 'okta.security_context.is_proxy',
      'debugContext.debugData.requestUri': ['okta.debug_context.debug_data.request_uri', 'url.path'],
      'debugContext.debugData.behaviors': [
        'okta.debug_context.debug_data.behaviors',
        'okta.debug_context.debug_data.flattened.behaviors',
      ],
      'debugContext.debugData.logOnlySecurityData': [
        'okta.debug_context.debug_data.log_only_security_data',
        'okta.debug_context.debug_data.flattened.logOnlySecurityData',
      ],
    },
  },
  {
    logsource: { product: 'onelogin', service: 'onelogin.events' },
    datasets: ['onelogin.events'],
    namespaces: ['onelogin.events'],
    own: 'event_type_id',
    fields: { event_type_id: 'event.code' },
  },
  {
    logsource: { product: 'cisco', service: 'duo' },
    datasets: ['cisco_duo.auth'],
    namespaces: ['cisco_duo.auth'],
    own: 'event_type reason result factor',
    fields: { event_type: ['event.action', 'event.category'], reason: 'event.reason' },
  },
  {
    logsource: { product: 'github', service: 'audit' },
    datasets: ['github.audit'],
    namespaces: ['github.audit', 'github'],
    own: 'action actor org repo',
    fields: { action: 'event.action', actor: 'user.name', org: 'organization.name' },
  },
  {
    logsource: { product: 'bitbucket', service: 'audit' },
    datasets: ['bitbucket.audit'],
    namespaces: ['bitbucket.audit'],
    own: 'auditType.category auditType.action',
    fields: {
      'auditType.category': 'bitbucket.audit.type.category',
      'auditType.action': ['bitbucket.audit.type.action', 'event.action'],
    },
  },
  {
    logsource: { product: 'opencanary', category: 'application' },
    datasets: ['opencanary.log'],
    namespaces: ['opencanary', 'opencanary.log'],
    own: 'logtype dst_host dst_port src_host src_port logdata',
    fields: { logtype: 'event.code' },
  },
  {
    logsource: { product: 'qualys' },
    datasets: ['qualys'],
    namespaces: ['qualys'],
    own: 'host.scan.vuln host.scan.vuln_name event.category',
    fields: { 'host.scan.vuln': 'vulnerability.id', 'host.scan.vuln_name': 'vulnerability.description' },
  },
  {
    logsource: { category: 'database' },
    datasets: databases,
  },
  words('sql', ...databases),
  words('django', 'python'),
  words('jvm', 'tomcat', 'log4j', 'dhis2', 'java'),
  words('nodejs'),
  words('python'),
  words('ruby_on_rails'),
  words('spring', 'log4j', 'java'),
  words('velocity', 'tomcat', 'log4j'),
];
