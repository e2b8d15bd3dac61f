const octets = '(?:\\d{1,3}\\.){3}\\d{1,3}';
const ipv6 = '(?:[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?:%[\\w.-]+)?)';
const hostname = '(?:[0-9A-Za-z_](?:[0-9A-Za-z_.-]*[0-9A-Za-z_])?\\.?)';
const monthDay = '(?:0?[1-9]|[12]\\d|3[01])';
const hour = '(?:2[0-3]|[01]?\\d)';
const minute = '[0-5]\\d';
const second = '(?:[0-5]?\\d|60)(?:[:.,]\\d+)?';
const quotedDouble = '"(?:[^"\\\\]|\\\\.)*"';
const quotedSingle = "'(?:[^'\\\\]|\\\\.)*'";

/**
 * What stands for `%{NAME}`, under the names that grok's users know. Written for an engine of linear time: no
 * look-around, and no count above 16. Whether an address is one is asked of the value that was found.
 */
export const grokNames: Readonly<Record<string, string>> = {
  USERNAME: '[\\w.@$-]+',
  USER: '%{USERNAME}',
  EMAILLOCALPART: "[\\w!#$%&'*+/=?^`{|}~.-]+",
  EMAILADDRESS: '%{EMAILLOCALPART}@%{HOSTNAME}',
  INT: '[+-]?\\d+',
  POSINT: '[1-9]\\d*',
  NONNEGINT: '\\d+',
  BASE10NUM: '[+-]?(?:\\d+(?:\\.\\d+)?|\\.\\d+)',
  NUMBER: '%{BASE10NUM}',
  BASE16NUM: '[+-]?(?:0x)?[0-9A-Fa-f]+',
  WORD: '\\w+',
  NOTSPACE: '\\S+',
  SPACE: '\\s*',
  DATA: '.*?',
  GREEDYDATA: '.*',
  GREEDYMULTILINE: '[\\s\\S]*',
  QUOTEDSTRING: `(?:${quotedDouble}|${quotedSingle})`,
  QS: '%{QUOTEDSTRING}',
  UUID: '[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}',
  URN: 'urn:[0-9A-Za-z][0-9A-Za-z-]*:[^\\s]+',
  CISCOMAC: '(?:[0-9A-Fa-f]{4}\\.){2}[0-9A-Fa-f]{4}',
  WINDOWSMAC: '(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}',
  COMMONMAC: '(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}',
  MAC: '(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})',
  IPV4: octets,
  IPV6: ipv6,
  IP: `(?:${ipv6}|${octets})`,
  HOSTNAME: hostname,
  HOST: hostname,
  IPORHOST: `(?:${ipv6}|${octets}|${hostname})`,
  HOSTPORT: '%{IPORHOST}:%{POSINT}',
  UNIXPATH: '(?:/[^\\s/]*)+',
  WINPATH: '(?:[A-Za-z]:|\\\\)(?:\\\\[^\\\\?*"<>|]*)+',
  PATH: '(?:%{UNIXPATH}|%{WINPATH})',
  TTY: '/dev/(?:pts/\\d+|tty\\w*)',
  URIPROTO: '[A-Za-z][0-9A-Za-z+.-]*',
  URIHOST: '%{IPORHOST}(?::%{POSINT})?',
  URIPATH: '/[^\\s?#]*',
  URIQUERY: '[^\\s#]+',
  URIPARAM: '\\?%{URIQUERY}',
  URIPATHPARAM: '%{URIPATH}(?:\\?[^\\s#]*)?',
  URI: '%{URIPROTO}://(?:[^\\s@/]+@)?%{URIHOST}?(?:%{URIPATHPARAM})?',
  MONTH:
    '(?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]une?|[Jj]uly?|[Aa]ug(?:ust)?|[Ss]ep(?:t(?:ember)?)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?)',
  MONTHNUM: '(?:0?[1-9]|1[0-2])',
  MONTHDAY: monthDay,
  DAY: '(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)',
  YEAR: '(?:\\d\\d){1,2}',
  HOUR: hour,
  MINUTE: minute,
  SECOND: second,
  TIME: `${hour}:${minute}(?::${second})?`,
  DATE_US: '%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}',
  DATE_EU: '%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}',
  DATE: '(?:%{DATE_US}|%{DATE_EU})',
  DATESTAMP: '%{DATE}[- ]%{TIME}',
  TZ: '[A-Z]{3,4}',
  ISO8601_TIMEZONE: '(?:Z|[+-]\\d\\d(?::?\\d\\d)?)',
  TIMESTAMP_ISO8601: '\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:?\\d\\d(?::?\\d\\d(?:[.,]\\d+)?)?%{ISO8601_TIMEZONE}?',
  HTTPDATE: '%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}',
  SYSLOGTIMESTAMP: '%{MONTH} +%{MONTHDAY} %{TIME}',
  DATESTAMP_RFC2822: '%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}',
  DATESTAMP_OTHER: '%{DAY} %{MONTH} +%{MONTHDAY} %{TIME} %{TZ} %{YEAR}',
  PROG: '[\\x21-\\x5a\\x5c\\x5e-\\x7e]+',
  SYSLOGPROG: '%{PROG:process.name}(?:\\[%{POSINT:process.pid:int}\\])?',
  SYSLOGHOST: '%{IPORHOST}',
  LOGLEVEL:
    '(?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo(?:rmation)?|INFO(?:RMATION)?|[Ww]arn(?:ing)?|WARN(?:ING)?|[Ee]rr(?:or)?|ERR(?:OR)?|[Cc]rit(?:ical)?|CRIT(?:ICAL)?|[Ff]atal|FATAL|[Ss]evere|SEVERE|[Ee]merg(?:ency)?|EMERG(?:ENCY)?|FINE(?:R|ST)?|CONFIG)',
  JAVACLASS: '(?:[A-Za-z_$][\\w$]*\\.)*[A-Za-z_$][\\w$]*',
  JAVAMETHOD: '(?:<init>|<clinit>|[A-Za-z_$][\\w$]*)',
  JAVAFILE: '[\\w$. -]+',
};
