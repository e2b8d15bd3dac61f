import type { SourceFacts } from '../logsources.ts';

const set = (...members: string[]): ReadonlySet<string> => new Set(members);
const none = set();
const web: SourceFacts = { products: set('apache', 'nginx', 'iis'), categories: set('webserver') };
const proxy: SourceFacts = { categories: set('proxy') };
const firewall: SourceFacts = { categories: set('firewall') };
const database: SourceFacts = { categories: set('database', 'application') };
const cloud = (product: string, ...services: string[]): SourceFacts => ({
  products: set(product),
  categories: set('application'),
  ...(services.length === 0 ? {} : { services: set(...services) }),
});
const zeek = (service: string, ...categories: string[]): SourceFacts => ({
  products: set('zeek'),
  services: set(service),
  categories: set('network', ...categories),
});
const application = (product: string): SourceFacts => ({
  products: set(product),
  categories: set('application'),
});

/** What the data set (`event.dataset`), or else its module, says about the source in Sigma's words. */
export const datasets: ReadonlyMap<string, SourceFacts> = new Map<string, SourceFacts>([
  ['windows', { products: set('windows') }],
  ['nginx', { ...web, products: set('nginx'), services: set('nginx') }],
  ['apache', { ...web, products: set('apache'), services: set('apache', 'access', 'error') }],
  ['iis', { ...web, products: set('iis', 'windows') }],
  ['haproxy', { categories: set('webserver', 'proxy') }],
  ['traefik', { categories: set('webserver', 'proxy') }],
  ['modsecurity', { products: set('modsecurity'), categories: set('webserver') }],
  ['squid', proxy],
  ['zscaler', proxy],
  ['bluecoat', proxy],
  ['iptables', firewall],
  ['pfsense', firewall],
  ['netflow', { categories: set('firewall', 'network'), services: set('netflow', 'connection') }],
  ['fortinet', { products: set('fortigate', 'fortios'), categories: set('firewall') }],
  ['panw', { products: set('paloalto') }],
  ['mysql', { ...database, products: set('mysql', 'sql') }],
  ['postgresql', { ...database, products: set('postgresql', 'sql') }],
  ['mssql', { ...database, products: set('mssql', 'sql') }],
  ['aws.cloudtrail', cloud('aws', 'cloudtrail')],
  ['azure.activitylogs', cloud('azure', 'activitylogs')],
  ['azure.auditlogs', cloud('azure', 'auditlogs')],
  ['azure.signinlogs', cloud('azure', 'signinlogs')],
  ['azure', cloud('azure')],
  ['gcp.audit', cloud('gcp', 'gcp.audit')],
  ['google_workspace.admin', cloud('gcp', 'google_workspace.admin')],
  ['google_workspace.login', cloud('gcp', 'google_workspace.login')],
  ['github.audit', cloud('github', 'audit')],
  ['bitbucket.audit', cloud('bitbucket', 'audit')],
  ['kubernetes.audit', cloud('kubernetes', 'audit')],
  ['kubernetes.audit_logs', cloud('kubernetes', 'audit')],
  ['o365', cloud('m365', 'audit', 'exchange', 'threat_detection', 'threat_management')],
  ['okta', cloud('okta', 'okta')],
  ['onelogin', cloud('onelogin', 'onelogin.events')],
  ['cisco_duo', cloud('cisco', 'duo')],
  ['zeek.dns', zeek('dns', 'dns')],
  ['zeek.http', zeek('http', 'proxy')],
  ['zeek.connection', zeek('conn', 'firewall')],
  ['zeek.conn', zeek('conn', 'firewall')],
  ['zeek.dce_rpc', zeek('dce_rpc')],
  ['zeek.kerberos', zeek('kerberos')],
  ['zeek.rdp', zeek('rdp')],
  ['zeek.smb_files', zeek('smb_files')],
  ['zeek.x509', zeek('x509')],
  ...['django', 'jvm', 'nodejs', 'opencanary', 'python', 'ruby_on_rails', 'spring', 'velocity'].map(
    (product) => [product, application(product)] as [string, SourceFacts],
  ),
]);

/** Programs whose lines go to auth.log, by the data set's second part or the process's name. */
const authServices = set(
  'sshd',
  'sudo',
  'su',
  'login',
  'polkitd',
  'useradd',
  'usermod',
  'userdel',
  'groupadd',
  'passwd',
);

/** What events that are not of the Windows event log say about their source by ECS's fields; empty where they don't. */
export interface DatasetOrigin {
  readonly dataset: string;
  readonly module: string;
  readonly os: string;
  readonly process: string;
}

/** Equal keys mean equal facts. */
export function datasetKey({ dataset, module, os, process }: DatasetOrigin): string {
  return `${dataset}\0${module}\0${os}\0${isLinuxDataset(dataset) ? process : ''}`;
}

/** What the origin means in Sigma's words; unknown stays unknown. */
export function datasetFacts(origin: DatasetOrigin): SourceFacts {
  const dataset = origin.dataset.toLowerCase();
  const module = origin.module.toLowerCase() || (dataset.split('.')[0] as string);
  if (isLinuxDataset(dataset)) return linuxFacts(dataset, origin.process.toLowerCase());
  const known = datasets.get(dataset) ?? datasets.get(module);
  if (known !== undefined) return known;
  const os = origin.os.toLowerCase();
  return os === '' ? {} : { products: set(os === 'darwin' ? 'macos' : os) };
}

const isLinuxDataset = (dataset: string): boolean => /^(?:linux|system|auditd)\./i.test(dataset);

function linuxFacts(dataset: string, process: string): SourceFacts {
  const products = set('linux');
  const [module, name = ''] = dataset.split('.');
  if (module === 'auditd' || name === 'auditd') return { products, services: set('auditd') };
  if (name === 'firewall')
    return { products, categories: set('firewall'), services: set('syslog', 'iptables') };
  if (name === 'sysmon') return { products, services: set('sysmon') };
  if (name === 'accounts') return { products, categories: none, services: set('auth') };
  if (name !== 'auth' && name !== 'syslog') {
    return { products, categories: none, services: set(name, authServices.has(name) ? 'auth' : 'syslog') };
  }
  // Files that hold several programs' lines: which one's is told by the process, where it is known.
  if (process === '') return { products, categories: none };
  return {
    products,
    categories: none,
    services: set(name, process, ...(authServices.has(process) ? ['auth'] : [])),
  };
}
