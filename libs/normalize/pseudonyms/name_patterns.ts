import type { Replace, TextPattern } from './text_pattern.ts';
import { namesNobody } from './well_known.ts';
import { letter } from './words.ts';

/** A name of an account or a person, as systems take it. Bounded, and does not end with a sign that ends a sentence. */
const name = `[${letter}](?:[${letter}.'$+-]{0,62}[${letter}$])?`;
const account = `(?:[${letter}.-]{1,64}\\\\{1,2})?${name}`;

const keys =
  'user[ _-]?(?:name|id)?|usr|login(?:[ _-]?name)?|log[ _-]?name|account(?:[ _-]?name)?|acct|[rlsd]user|u?name|principal|owner|actor|benutzer(?:name)?|utilisateur|cn|uid|samaccountname|runas|on behalf of|target|member|sender|author|cs-username|remote_user|initiator|requester|requested by|assigned to|employee|customer|person|contact|caller';
const verbs =
  'logged|logs|login|failed|fails|authenticat|from|has|had|was|is|did|does|not|on|at|with|by|via|could|cannot|can|tried|changed|reset|opened|closed|locked|unlocked|created|deleted|removed|added|signed|connected|disconnected|attempted|accessed|requested|exceeded|belongs|uploaded|downloaded|denied|granted|successfully|wurde|hat|a |;';
const doers =
  'logged in|logged on|signed in|logged out|signed out|authenticated|impersonat(?:ed|ing)|(?:impersonated|approved|changed|created|deleted|reported|modified|uploaded|requested|triggered|executed|run|started|sent) by|on behalf of|welcome(?: back)?,?|hello,?|dear';

const nouns = ['user', 'account', 'login', 'employee', 'benutzer'];
const quotes = ['"', "'", '`', '‘', '“', '<'];
const keyHints = [
  ...[
    'user',
    'usr',
    'login',
    'log name',
    'log_name',
    'log-name',
    'logname',
    'account',
    'acct',
    'name',
    'principal',
  ],
  ...['owner', 'actor', 'benutzer', 'utilisateur', 'cn', 'uid', 'runas', 'on behalf of', 'target', 'member'],
  ...['sender', 'author', 'initiator', 'requester', 'requested by', 'assigned to', 'employee', 'customer'],
  ...['person', 'contact', 'caller'],
];

/** What stands before, then the name. */
const pattern = (
  { hints, also }: Pick<TextPattern, 'hints' | 'also'>,
  head: string,
  tail = '',
  what = account,
  flags = 'gi',
): TextPattern => {
  const expression = new RegExp(`(${head})(${what})${tail}`, flags);
  return {
    hints,
    ...(also === undefined ? {} : { also }),
    apply: (text, replace) =>
      text.replace(expression, (all: string, head: string, found: string) =>
        isName(found) ? head + replaced(found, replace) + all.slice(head.length + found.length) : all,
      ),
  };
};
const each = (before: readonly string[], words: readonly string[], after: readonly string[]) =>
  before.flatMap((first) => words.flatMap((word) => after.map((last) => first + word + last)));

const home = ['users', 'home', 'profiles', 'documents and settings', 'mail', 'userdata'];

/** Where names stand: in keys, paths and addresses, then in the sentences of sshd, PAM, sudo, su, cron, Windows, databases, mail and web applications. */
export const namePatterns: readonly TextPattern[] = [
  pattern(
    { hints: keyHints, also: ['=', ':'] },
    `(?<![${letter}])(?:${keys})["']?[ \\t]{0,3}[=:][ \\t]{0,4}["'<]?`,
    `(?![${letter}]*[(=])`,
  ),
  pattern(
    { hints: ['('] },
    '(?:\\buid=\\d{1,10}|\\bg(?:id|roups)=\\d{1,10}|^|\\]: ?)\\(',
    '(?=\\)(?:\\s|$|,))',
    name,
  ),
  pattern(
    { hints: each(['/', '\\'], home, ['/', '\\']) },
    `[\\\\/](?:${home.join('|')})[\\\\/]{1,2}`,
    '(?=[\\\\/"\'\\s:,;)]|$)',
    name,
  ),
  // Of a path or a key of the registry, what follows goes on.
  pattern(
    { hints: ['\\'] },
    `(?<![${letter}\\\\/.:-])(?!HK|NT )[A-Z][A-Z0-9-]{1,14}\\\\`,
    `(?![\\\\${letter}.$-])`,
    name,
    'g',
  ),
  pattern({ hints: ['@'] }, `(?<![${letter}.@])`, `(?=@[A-Za-z][${letter}-]{0,62}(?![${letter}@]))`, name),
  pattern(
    // What was made of a secret stands behind it.
    { hints: ['://', 'net'] },
    '\\bnet1?(?:\\.exe)?["\']?[ \\t]{1,4}user[ \\t]{1,4}"?|://',
    '(?=["\']? {1,4}\\[secret\\]|:\\[secret\\]@)',
  ),
  pattern(
    { hints: [' user ', ' account ', ' login '] },
    '\\b(?:for|of|to|by|as|from|authenticating|delete|add|unknown|invalid|illegal) (?:the |an? |unknown |invalid |illegal |new )?(?:user|account|login) ["\'`‘“<]?',
  ),
  pattern(
    {
      hints: each(
        [''],
        [...nouns, 'username', 'utilisateur', 'add', 'delete'],
        quotes.map((quote) => ` ${quote}`),
      ),
    },
    '\\b(?:user(?:name)?|account|login|employee|benutzer|utilisateur|add|delete|invalid user) ["\'`‘“<]',
    `(?![\\\\/${letter}.])`,
  ),
  pattern(
    { hints: nouns.map((noun) => `${noun} `) },
    '\\b(?:user|account|employee|benutzer|login) ',
    `(?=[ ,](?:${verbs}))`,
  ),
  pattern(
    { hints: ['user ', 'employee ', 'benutzer '] },
    '\\b(?:user|employee|benutzer) ',
    '(?=[.:,](?:\\s|$)|$)',
  ),
  pattern(
    { hints: ['su ', 'su:'] },
    '\\bsu:? (?:to \\w{1,32} |for \\w{1,32} )?(?:by|for) ',
    '(?=[\\s.,;]|$)',
  ),
  pattern(
    {
      hints: each(
        [''],
        ['password', 'publickey', 'interactive', 'pam', 'hostbased', 'mic', 'none', 'changed'],
        [' for '],
      ),
    },
    '\\b(?:password|publickey|keyboard-interactive(?:/pam)?|hostbased|gssapi-with-mic|none|changed) for ',
  ),
  pattern(
    {
      hints: ['by ', 'for ', 'of ', 'user '],
      also: ['(uid=', ' on pts/', ' on /dev/', ' timed out', ' from '],
    },
    '\\b(?:session [\\w-]{0,40} ?of|session (?:opened|closed) for user|by|for) ',
    '(?=\\(uid=| on pts/| on /dev/| timed out| from [0-9a-f:.]{3,45}(?: port|[\\s,]|$))',
  ),
  pattern(
    { hints: [' : tty=', ' : command not', ' incorrect', ' : user not'] },
    // Where a name begins, lest each place of a long word is tried.
    `(?<=(?:^|[^${letter}.'$+\\\\-])'?)`,
    '(?= : (?:TTY=|command not allowed|\\d{1,2} incorrect|user NOT))',
  ),
  pattern(
    {
      hints: [
        'logged ',
        'signed ',
        'authenticated ',
        'imperson',
        ' by ',
        'behalf of',
        'welcome',
        'hello',
        'dear',
      ],
    },
    `\\b(?:${doers}) (?:as |user )?`,
    '(?=[\\s.,;:!)]|$)',
  ),
];

/** Words that stand where a name may stand, and are none. */
const words = new Set(
  (
    'a an and the this that these those is was were are be been has have had do does did not no or of to in on at by for ' +
    'from with as it its his her their our your my id ids name names user users account accounts group groups login ' +
    'logins logon agent agents password passwords session sessions mode space data error errors failure failed success ' +
    'interface defined file files invalid illegal true false undefined empty any all both each other another some new ' +
    'old same more most disabled enabled locked expired management policy input output type types role roles rights ' +
    'profile profiles service services token key keys logged will can could should would may might must who which whose ' +
    'created deleted changed time date ' +
    'whom what when where why how default shared common lib share local tmp var etc usr http https'
  ).split(' '),
);

function isName(found: string): boolean {
  const bare = found.slice(found.lastIndexOf('\\') + 1);
  return !words.has(bare.toLowerCase()) && !/^\d+$/.test(bare) && !namesNobody(bare) && !taken.test(bare);
}

/** What was put there before. */
const taken = /^(?:p\d{1,4}-\d{8}-[\da-f]{24}\$?|3fff|secret|iban)$/;

function replaced(found: string, replace: Replace): string {
  const at = found.lastIndexOf('\\') + 1;
  return found.slice(0, at) + replace(found.slice(at));
}
