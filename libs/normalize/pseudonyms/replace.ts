import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { maxText } from '../draft.ts';
import { isEcsGroup } from '../ecs_types.ts';
import { ipAddress } from '../setters.ts';
import { createTextScanner } from './free_text.ts';
import { type KnownValues, knownValues, longestKnown, mostValues, withheld } from './known.ts';
import { type CompiledPolicy, type PathTree, visit } from './policy.ts';
import { canonical } from './pseudonyms.ts';

/** Names of members as schemas have them, in which no name of a person is looked for by how it is written. */
const fieldName = /^[\w-]{1,64}$/;
/**
 * Namespaces of sources whose members have names that rules ask for: who calls an account like such a member must not
 * hide it from them.
 */
const schemas = new Set(
  (
    'winlog aws azure gcp google_workspace okta o365 github kubernetes docker fortinet panw zeek suricata squid nginx ' +
    'apache haproxy auditd journald postgresql'
  ).split(' '),
);

/** In the place of an address that is withheld: of the network of pseudonyms, and none of them. */
const noAddress = '3fff::';

/** What is put in the place of a value found at a path; the value itself where it names nobody. */
export type Substitute = (value: string, path: string) => string;

/** Members of an event that hold no words of people, and those of `event`. */
const untouched = new Set(['@timestamp', 'ecs', 'tidewatch']);
const untouchedOfEvent = new Set(
  (
    'category created dataset duration end id ingested kind module original outcome risk_score sequence severity start ' +
    'timezone type'
  ).split(' '),
);

export interface Replaced {
  /** Texts were too long to be looked at, and are cut; or values were too many, and are withheld. */
  readonly truncated: boolean;
}

/**
 * Replaces, in place, the values of the policy's fields, and in all other texts what is known from those, what stands
 * where names stand, and secrets.
 */
export function createReplacer(): (
  fields: JsonObject,
  policy: CompiledPolicy,
  values: ReadonlySet<string>,
  substitute: Substitute,
) => Replaced {
  const scan = createTextScanner();
  return (fields, { targets, names }, values, make) => {
    const spelled = spellingsOf(values);
    const known = values.size > mostValues ? tooMany : knownValues([...values, ...spelled.keys()]);
    const made = new Set<string>();
    let truncated = false;
    /** Whether names of members are the sender's own, not a schema's. */
    let sendersNames = false;
    // Where the text stands that is looked at: most hold nothing, so that few paths are ever written.
    let [above, member] = ['', ''];
    const replace = (found: string): string =>
      substitute(spelled.get(found.toLowerCase()) ?? found, pathOf(above, member));

    function substitute(value: string, path: string): string {
      if (!made.has(value)) {
        if (made.size >= mostValues) {
          truncated = true;
          return ipAddress(value) === undefined ? withheld : noAddress;
        }
        made.add(value);
      }
      return make(value, path);
    }

    function text(value: string, path: string, key: string): string {
      if (values.has(value)) return substitute(value, pathOf(path, key));
      if (value.length < 3) return value;
      let looked = value;
      if (value.length > maxText) {
        looked = value.slice(0, maxText);
        truncated = true;
      }
      above = path;
      member = key;
      return scan(looked, known, names, replace);
    }

    function whole(value: Json, path: string): Json {
      if (typeof value === 'string') return substitute(value, path);
      if (typeof value === 'number') {
        const said = substitute(String(value), path);
        return said === String(value) ? value : said;
      }
      if (Array.isArray(value)) return value.map((member) => whole(member, path));
      if (isObject(value))
        for (const key of Object.keys(value)) value[key] = whole(value[key] as Json, `${path}.${key}`);
      return value;
    }

    function change(value: Json, path: string, key: string, tree: PathTree | undefined): Json {
      if (tree?.all === true) return whole(value, pathOf(path, key));
      if (typeof value === 'string') return text(value, path, key);
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) value[i] = change(value[i] as Json, path, key, tree);
        return value;
      }
      if (isObject(value)) {
        const below = pathOf(path, key);
        for (const name of Object.keys(value)) {
          const said = sendersNames ? nameOfMember(name, below) : name;
          const changed = change(value[name] as Json, below, name, tree?.below.get(name));
          if (said === name) value[name] = changed;
          else rename(value, name, said, changed);
        }
      }
      return value;
    }

    /** A member may be called by a name that the event knows, or by what no field is called by. */
    function nameOfMember(name: string, path: string): string {
      if (!fieldName.test(name)) return text(name, path, '*');
      if (known === undefined) return name;
      above = path;
      member = '*';
      return known.replace(name, replace) ?? withheld;
    }

    for (const key of Object.keys(fields)) {
      const value = fields[key] as Json;
      const tree = targets.below.get(key);
      if (untouched.has(key)) continue;
      sendersNames = key === 'labels' || (!isEcsGroup(key) && !schemas.has(key));
      if (key === 'event' && isObject(value)) {
        for (const name of Object.keys(value))
          if (!untouchedOfEvent.has(name))
            value[name] = change(value[name] as Json, 'event', name, tree?.below.get(name));
        continue;
      }
      const said = sendersNames && key !== 'labels' ? nameOfMember(key, '') : key;
      const changed = change(value, '', key, tree);
      if (said === key) fields[key] = changed;
      else rename(fields, key, said, changed);
    }
    return { truncated };
  };
}

/** Where there are too many to look for, all texts are withheld. */
const tooMany: KnownValues = { replace: () => undefined };

/** Of ASCII that is written alike in URLs and JSON. */
const plain = /^[\w.-]*$/;

/** How else values are written: in URLs, in JSON, with accents apart or not, without what stands around them. */
function spellingsOf(values: ReadonlySet<string>): ReadonlyMap<string, string> {
  const spelled = new Map<string, string>();
  if (values.size > mostValues) return spelled;
  for (const value of values) {
    if (value.length > longestKnown || plain.test(value)) continue;
    // Half a pair of surrogates is in no URL.
    const whole = Buffer.from(value).toString();
    const encoded = encodeURIComponent(whole);
    for (const spelling of [
      ...[whole.normalize('NFC'), whole.normalize('NFD'), value.replace(around, '')],
      ...[encoded, encoded.replaceAll('%20', '+')],
      value.replace(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ]) {
      const lower = spelling.toLowerCase();
      if (lower !== value.toLowerCase() && !values.has(spelling)) spelled.set(lower, value);
    }
  }
  return spelled;
}

const around = /^[\s\0]+|[\s\0]+$/g;

/** Two members may get one name: both values stay. */
function rename(object: JsonObject, name: string, said: string, value: Json): void {
  delete object[name];
  const present = object[said];
  if (present === undefined) object[said] = value;
  else object[said] = [...(Array.isArray(present) ? present : [present]), value];
}

const pathOf = (above: string, key: string): string => (above === '' ? key : `${above}.${key}`);

/** Too many other things are such numbers: ports, processes. */
const smallNumber = /^\d{1,9}$/;

/**
 * The values of the policy's fields that are looked for elsewhere; of `DOMAIN\name` also the name, of an address also the
 * spelling that feeds' indicators have. Beyond {@link mostValues} no more are gathered.
 */
export function valuesIn(
  fields: JsonObject,
  { targets }: CompiledPolicy,
  namesNobody: (value: string) => boolean,
): ReadonlySet<string> {
  const values = new Set<string>();
  visit(fields, targets, (value) => {
    if (values.size > mostValues) return;
    if (smallNumber.test(value) || namesNobody(value)) return;
    values.add(value);
    const at = value.lastIndexOf('\\');
    if (at > 0 && at < value.length - 1) values.add(value.slice(at + 1));
    const address = value.includes(':') ? ipAddress(value) : undefined;
    if (address !== undefined) values.add(canonical(address));
  });
  return values;
}
