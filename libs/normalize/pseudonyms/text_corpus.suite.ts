/** What a labelled stretch of a line is. */
export type Label = 'user' | 'mail' | 'iban' | 'token';

export interface LabelledLine {
  readonly line: string;
  readonly labels: readonly { readonly label: Label; readonly value: string; readonly at: number }[];
}

/** Reads `{user:alice}` within a line; a value holds no closing brace. */
export function labelled(marked: string): LabelledLine {
  const labels: { label: Label; value: string; at: number }[] = [];
  let line = '';
  let from = 0;
  for (const match of marked.matchAll(/\{(user|mail|iban|token):([^}]+)\}/gu)) {
    line += marked.slice(from, match.index);
    labels.push({ label: match[1] as Label, value: match[2] as string, at: line.length });
    line += match[2];
    from = match.index + match[0].length;
  }
  return { line: line + marked.slice(from), labels };
}

const users = [
  'alice',
  'bob',
  'carol.example',
  'd.dave',
  'erin_2',
  'svc-frank',
  'GRACE',
  'heidi01',
  'Ívan',
  'žofia',
  'jürgen.m',
  'nina-maria',
];
const mails = [
  'alice@example.org',
  'Bob.Example+alerts@mail.example.net',
  'c_dave@sub.dept.example.org',
  'erin-x@xn--exmple-cua.example',
  'o’neil.k@example.org'.replace('’', "'"),
];
/** Made up, with right check digits. */
const ibans = [
  'DE89370400440532013000',
  'GB82 WEST 1234 5698 7654 32',
  'FR14 2004 1010 0505 0001 3M02 606',
  'GR16 0110 1250 0000 0001 2300 695',
  'NO9386011117947',
  'nl91abna0417164300',
];
const jwt = [
  'eyJhbGciOiJIUzI1NiJ9',
  Buffer.from('{"sub":"alice","exp":1}').toString('base64url'),
  'c2lnbmF0dXJlLW9mLWEtdGVzdA',
].join('.');
const tokens = [jwt, `AKIA${'TESTKEYNOTREAL12'}`, `ghp_${'a1B2'.repeat(9)}`, `glpat-${'x9Y8'.repeat(5)}`];

const userTemplates = [
  'Failed password for {u} from 198.51.100.7 port 50312 ssh2',
  'Failed password for invalid user {u} from 198.51.100.7 port 50312 ssh2',
  'Accepted publickey for {u} from 2001:db8::7 port 4022 ssh2: ED25519 SHA256:abc',
  'Invalid user {u} from 203.0.113.9 port 6001',
  'Connection closed by authenticating user {u} 198.51.100.7 port 4022 [preauth]',
  'pam_unix(sshd:session): session opened for user {u}(uid=1004) by (uid=0)',
  'pam_unix(su:session): session closed for user {u}',
  'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.8  user={u}',
  '{u} : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/usr/bin/less /var/log/syslog',
  '{u} : command not allowed ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/sh',
  'FAILED su for root by {u}',
  'new user: name={u}, UID=1004, GID=1004, home=/home/{u}, shell=/bin/bash',
  "delete user '{u}'",
  'password changed for {u}',
  "add '{u}' to group 'sudo'",
  'Accepted password for {u} from 192.0.2.3 port 22 ssh2',
  'An account failed to log on. Account Name:\t\t{u} Account Domain:\t\tCORP Failure Reason:\tUnknown user name or bad password.',
  'The user CORP\\{u} connected from 192.0.2.8.',
  'Logon type 3 by CORP\\{u} refused',
  "Access denied for user '{u}'@'192.0.2.8' (using password: YES)",
  'FATAL: password authentication failed for user "{u}"',
  'connection authorized: user={u} database=shop SSL enabled',
  'imap-login: Login: user=<{u}>, method=PLAIN, rip=192.0.2.8, lip=192.0.2.9, TLS',
  'User {u} logged in from 192.0.2.8',
  'User {u} has been locked after 5 attempts.',
  'user {u}: wrong password',
  "Login failed for user '{u}'. Reason: Password did not match.",
  'Authentication attempt of user {u} was refused by policy',
  '{"user":"{u}","result":"denied"}',
  '{"actor": "{u}", "action": "repo.destroy"}',
  'username={u} ip=192.0.2.8 status=403',
  'userName: {u}; role: viewer',
  'login={u}&remember=1',
  'GET /report?user={u}&from=2026-01-01 HTTP/1.1',
  'opened C:\\Users\\{u}\\Documents\\plan.docx',
  'cannot stat /home/{u}/.ssh/authorized_keys: Permission denied',
  'rsync /Users/{u}/Music/ done',
  'uid=1004({u}) gid=1004({u}) groups=1004({u})',
  'CN={u},OU=Staff,DC=example,DC=org bound',
  'Kerberos pre-authentication failed for {u}@CORP',
  'runas /user:CORP\\{u} cmd.exe',
  'Report requested by {u} on 2026-11-02',
  'Record 4711 changed by {u}.',
  'Ticket 12 assigned to: {u}',
  'The session of user {u} was closed',
  'on behalf of {u}: mailbox export',
  'account {u} is disabled',
  'ssh: {u}@web1: Permission denied (publickey).',
  'Impersonation: admin signed in as {u}.',
];
const mailTemplates = [
  'to=<{m}>, relay=192.0.2.9:25, status=sent',
  'from=<{m}>, size=1204, nrcpt=1 (queue active)',
  'Password reset mail sent to {m}.',
  'contact: {m}',
  'subject="hello" sender={m} verdict=clean',
  'GET /unsubscribe?address={m}&list=3',
  '("{m}") is not a member',
];
const ibanTemplates = ['Payment to {i} rejected', 'iban={i};bic=TESTDEFF', 'Ihr Konto {i}, fällig am 1.12.'];
const tokenTemplates = [
  'Authorization: Bearer {t}',
  'curl -H "X-Token: {t}" https://api.example.org/v1',
  'token={t}&expires=3600',
  'refused {t}.',
  '{"access_token":"{t}","expires_in":3600}',
];

/** Hard ones, each by hand: odd spellings, several at once, names with signs, no key before the value. */
const hard = [
  'password={token:Hunter2!} user={user:alice}',
  'connect postgres://{user:shop}:{token:s3cr%40t}@db1.example.org:5432/shop',
  'mysql --user={user:bob} --password={token:Tr0ub4dor} shop',
  'net user {user:mallory} {token:P@ssw0rd1} /add /domain',
  'net.exe  user "{user:eve adams}" {token:Winter2026} /add',
  '{"password": "{token:correct horse battery staple}", "user": "{user:bob}"}',
  "pwd='{token:abc def}'; logging in",
  'api_key: {token:zaCELgL0imfnc8mVLWwsAawjYr4Rx}',
  'aws_secret_access_key = {token:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY}',
  'Set-Cookie: JSESSIONID={token:4C1B7E0F5A}; Path=/; HttpOnly',
  'Authorization: Basic {token:YWxpY2U6c2VjcmV0}',
  'proxy-authorization: bearer {token:mF_9.B5f-4.1JqM}',
  'key -----BEGIN RSA PRIVATE KEY-----{token:MIIEowIBAAKCAQEA7bq}-----END RSA PRIVATE KEY----- read',
  'client_secret%3D{token:Zm9vYmFy}%26scope%3Dall',
  'Mail an {mail:alice%40example.org} versandt',
  'write to {mail:alice(at)example.org} for access',
  'mailto:{mail:alice@example.org?}subject=hi'.replace('?}', '}?'),
  '{mail:alice@example.org},{mail:bob@example.org};{mail:carol@example.net}',
  'From: "Example, Alice" <{mail:alice@example.org}>',
  'Benutzer {user:jürgen} wurde angemeldet, Benutzername: {user:jürgen}',
  'utilisateur: {user:élodie} refusé',
  'Überweisung von {iban:DE89 3704 0044 0532 0130 00} an {iban:GB82WEST12345698765432}',
  'IBAN:{iban:BE68-5390-0754-7034}',
  'User name: {user:o’brien}'.replace('’', "'"),
  'samAccountName={user:A.Example}, userPrincipalName={mail:a.example@corp.example.org}',
  'user "{user:alice}" from group "staff"',
  'login {user:alice} from 192.0.2.8 failed',
  '[{user:alice}] entered the room',
  'Hello {user:alice}, your report is ready',
  'welcome back {user:bob}!',
  'sent by {user:carol} via smtp',
  'alice: no such word is a user here; actor={user:dave}',
  '/var/mail/{user:alice} is too large',
  'session 42 of {user:alice} timed out',
  'D:\\Profiles\\{user:bob}\\NTUSER.DAT in use',
  'CORP\\{user:alice} -> CORP\\{user:bob}: message',
  'crond[88]: ({user:alice}) CMD (/usr/local/bin/sync)',
  'caller={user:erin} target={user:frank} op=grant',
  'user_id="{user:alice}", session_id="{token:9f8a7b6c5d4e}"',
  "Username '{user:alice}' does not exist",
  'principal: {user:alice}/admin@EXAMPLE.ORG'.replace('/admin@EXAMPLE.ORG', '@EXAMPLE'),
  'xoxb token {token:xoxb-123456789012-abcdefGHIJKL} leaked',
  'refresh sk-{x}'.replace('sk-{x}', `{token:sk-${'q1W2e3'.repeat(5)}}`),
];

/** Lines in which there is nothing to replace. */
export const plainLines: readonly string[] = [
  'Server listening on 0.0.0.0 port 22.',
  'pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)',
  'User account management: policy was refreshed',
  'The user name or password is incorrect.',
  'authentication failed: no such user',
  'user login is disabled by administrator',
  'kernel: usb 1-1: new high-speed USB device number 4 using xhci_hcd',
  'Started Session 42 of user root.',
  'GET /assets/app-8f3e2a1b9c.js HTTP/1.1',
  'Unhandled exception: NullPointerException at org.example.shop.Cart.total(Cart.java:17)',
  'C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule',
  'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run',
  'password authentication is enabled',
  'Accepted password for root from 192.0.2.8 port 22 ssh2',
  'Failed password for root from 192.0.2.8 port 22 ssh2',
  'commit 9b2d1f0c4e7a6d5b8c3f2e1a0d9c8b7a6f5e4d3c',
  'request id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 took 12 ms',
  'C:\\Users\\Public\\Downloads\\setup.exe',
  'C:\\Program Files\\Example\\bin\\tool.exe --verbose --mode=fast',
  'SHA256=A5B1C2D3E4F5061728394A5B6C7D8E9F00112233445566778899AABBCCDDEEFF',
  'NT AUTHORITY\\SYSTEM started the service',
  'invoice DE12345678901234567890 is no bank account',
  'ratio 3@2 at 5 % (limit 10 MB/s)',
  'Connection from 192.0.2.8 port 40022 on 192.0.2.9 port 22',
  'token bucket is empty, 12 requests dropped',
  'rule user-defined-42 loaded',
];

const firstAndLater = <T>(values: readonly T[], i: number): T => values[i % values.length] as T;

/** Some hundred lines: each template with several values, and the hard ones. */
export const labelledLines: readonly LabelledLine[] = [
  ...userTemplates.flatMap((template, i) =>
    [0, 1, 2, 3, 4].map((n) => template.replaceAll('{u}', `{user:${firstAndLater(users, i * 5 + n)}}`)),
  ),
  ...mailTemplates.flatMap((template, i) =>
    [0, 1, 2, 3, 4].map((n) => template.replaceAll('{m}', `{mail:${firstAndLater(mails, i + n)}}`)),
  ),
  ...ibanTemplates.flatMap((template) => ibans.map((iban) => template.replaceAll('{i}', `{iban:${iban}}`))),
  ...tokenTemplates.flatMap((template) =>
    tokens.map((token) => template.replaceAll('{t}', `{token:${token}}`)),
  ),
  ...hard,
].map(labelled);
