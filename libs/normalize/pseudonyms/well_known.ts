import { ipAddress } from '../setters.ts';

/*
 * Values that name nobody: every system has them. They stay as they are, so that rules which look for them go on
 * finding them.
 */

const accounts = new Set(
  (
    '- root system localsystem administrator admin guest nobody daemon bin sys adm sync mail news uucp proxy backup ' +
    'operator ftp http https www www-data apache nginx tomcat mysql mariadb postgres postgresql redis mongodb ' +
    'elasticsearch opensearch kafka zookeeper sshd syslog rsyslog messagebus dbus polkitd systemd-network ' +
    'systemd-resolve systemd-timesync systemd-coredump _apt man lp games list irc gnats postfix dovecot named bind ' +
    'ntp chrony tcpdump uuidd landscape pollinate avahi colord gdm lightdm sddm krbtgt defaultaccount ' +
    'defaultuser0 wdagutilityaccount systemprofile localservice networkservice public default everyone users ' +
    'administrators unknown none null anonymous'
  ).split(' '),
);

/** Names of more than one word. */
const phrases = new Set([
  'local service',
  'network service',
  'local system',
  'anonymous logon',
  'anonymous user',
  'authenticated users',
  'default user',
  'all users',
  'font driver host',
  'window manager',
  'iis apppool',
  'nt authority',
  'nt service',
  'n/a',
  'domain admins',
  'domain users',
  'domain computers',
  'domain controllers',
  'enterprise admins',
  'schema admins',
  'dnsadmins',
  'backup operators',
  'account operators',
  'server operators',
  'print operators',
  'power users',
  'remote desktop users',
  'remote management users',
  'group policy creator owners',
  'event log readers',
  'hyper-v administrators',
]);

/** Accounts that Windows makes for its sessions: DWM-1, UMFD-0. */
const sessionAccount = /^(?:dwm|umfd)-\d{1,3}$/;
/** Every SID but those of a domain's or a machine's own accounts; these have relative ids from 1000 on. */
const builtInSid = /^s-1-(?:(?!5-21-|12-1-)\d|5-21-\d{1,10}-\d{1,10}-\d{1,10}-\d{3}$)/;
/** Linux keeps user ids below 1000 for systems, 65534 for nobody. */
const systemUid = /^(?:\d{1,3}|65534)$/;
const administratorSid = /^s-1-5-21-\d+-\d+-\d+-500$/i;

/** Whether a value names nobody, and so stays as it is. */
export function namesNobody(value: string): boolean {
  const text = value.toLowerCase();
  if (text.length < 2 && text !== '-') return text.trim() === '' || systemUid.test(text);
  if (accounts.has(text) || phrases.has(text) || sessionAccount.test(text)) return true;
  if (builtInSid.test(text) || systemUid.test(text)) return true;
  const network = networkOf(text);
  return network === 'loopback' || network === 'unspecified' || network === 'multicast';
}

/** All that stays as it is by its text alone, lower case, with the domains of such accounts. */
export const knownNames: readonly string[] = [
  ...accounts,
  ...phrases,
  'nt authority\\system',
  'nt authority\\local service',
  'nt authority\\network service',
  // As Windows in other languages says them; rules look for their beginning.
  'autorite nt\\système',
  'nt-autorität\\system',
  ...[18, 19, 20, 7, 11].map((id) => `s-1-5-${id}`),
  ...[500, 501, 502, 512, 513, 514, 515, 516, 518, 519, 520].map((id) => `s-1-5-21-1-2-3-${id}`),
  's-1-5-32-544',
  '127.0.0.1',
  '0.0.0.0',
  '::1',
];

/** What kind of account a name or id is; `undefined` for a person's, as far as it tells. */
export function accountKind(
  value: string,
): 'machine_account' | 'administrator' | 'built_in_account' | undefined {
  const name = value.slice(value.lastIndexOf('\\') + 1);
  if (name.endsWith('$') && name.length > 1) return 'machine_account';
  if (/^(?:administrator|root)$/i.test(name) || administratorSid.test(name)) return 'administrator';
  return name !== '-' && name !== '' && namesNobody(name) && ipAddress(name) === undefined
    ? 'built_in_account'
    : undefined;
}

export type NetworkClass =
  | 'loopback'
  | 'unspecified'
  | 'private'
  | 'link_local'
  | 'multicast'
  | 'documentation'
  | 'public';

/** What kind of network an address is of (IANA special-purpose registries, RFC 6890); undefined where it is none. */
export function networkOf(value: string): NetworkClass | undefined {
  const address = ipAddress(value);
  if (address === undefined) return undefined;
  return address.includes(':') ? networkOf6(address.toLowerCase()) : networkOf4(address);
}

function networkOf4(address: string): NetworkClass {
  const [a = 0, b = 0, c = 0] = address.split('.').map(Number);
  if (a === 127) return 'loopback';
  if (a === 0) return 'unspecified';
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return 'private';
  // Shared by a provider's customers (RFC 6598).
  if (a === 100 && b >= 64 && b < 128) return 'private';
  if (a === 169 && b === 254) return 'link_local';
  if (a >= 224) return 'multicast';
  const triple = `${a}.${b}.${c}`;
  if (triple === '192.0.2' || triple === '198.51.100' || triple === '203.0.113') return 'documentation';
  return 'public';
}

function networkOf6(address: string): NetworkClass {
  if (/^[0:]*:0{0,3}1$/.test(address)) return 'loopback';
  if (/^[0:]+$/.test(address)) return 'unspecified';
  const [first = ''] = address.split(':');
  const head = Number.parseInt(first || '0', 16);
  if ((head & 0xfe00) === 0xfc00) return 'private';
  if ((head & 0xffc0) === 0xfe80) return 'link_local';
  if ((head & 0xff00) === 0xff00) return 'multicast';
  if (/^2001:0?db8:/.test(address) || head === 0x3fff) return 'documentation';
  return 'public';
}
