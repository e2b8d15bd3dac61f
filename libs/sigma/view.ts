import { isObject, type JsonObject } from '@tidewatch/event';

/** In which form an event of the Windows event log came, or that it is none. */
export type Shape = 'evtx' | 'winlog' | 'flat' | 'other';

/** Objects of an event that hold fields under the names that rules use. */
export interface EventView {
  readonly shape: Shape;
  /** `System` of evtx_dump; else empty. */
  readonly system: JsonObject | null;
  /** Everything below `winlog`; else null. */
  readonly winlog: JsonObject | null;
  /** What the source itself says, with the dotted path in front of each name. */
  readonly data: readonly { readonly path: string; readonly object: JsonObject }[];
}

/**
 * Recognises the shape of an event: evtx_dump (`Event` with `System` and `EventData` or `UserData`), winlogbeat and
 * what Tidewatch's normaliser writes (`winlog` with `event_data` or `user_data`, nested or with dotted keys), flat
 * nxlog (`EventID` beside `Channel`, `SourceName` or their like), anything else.
 */
export function viewOf(event: JsonObject): EventView {
  const wrapped = isObject(event.Event);
  const envelope = wrapped ? (event.Event as JsonObject) : event;
  if (isObject(envelope.System)) return evtxView(envelope, wrapped ? 'Event.' : '');
  if (isObject(event.winlog)) return winlogView(event.winlog);
  if (isFlat(event)) return { shape: 'flat', system: null, winlog: null, data: [] };
  const winlog = winlogOfDottedKeys(event);
  return winlog === null ? { shape: 'other', system: null, winlog, data: [] } : winlogView(winlog);
}

type Data = { path: string; object: JsonObject }[];

function evtxView(envelope: JsonObject, path: string): EventView {
  const data: Data = [];
  if (isObject(envelope.EventData)) data.push({ path: `${path}EventData.`, object: envelope.EventData });
  addUserData(envelope.UserData, `${path}UserData.`, data);
  if (isObject(envelope.RenderingInfo))
    data.push({ path: `${path}RenderingInfo.`, object: envelope.RenderingInfo });
  return { shape: 'evtx', system: envelope.System as JsonObject, winlog: null, data };
}

function winlogView(winlog: JsonObject): EventView {
  const data: Data = [];
  if (isObject(winlog.event_data)) data.push({ path: 'winlog.event_data.', object: winlog.event_data });
  addUserData(winlog.user_data, 'winlog.user_data.', data);
  return { shape: 'winlog', system: null, winlog, data };
}

/** UserData has one element of the provider's own, and the fields below it; winlogbeat leaves that element out. */
function addUserData(userData: unknown, path: string, data: Data): void {
  if (!isObject(userData)) return;
  data.push({ path, object: userData });
  for (const name of Object.keys(userData)) {
    const element = userData[name];
    if (name !== '#attributes' && isObject(element)) data.push({ path: `${path}${name}.`, object: element });
  }
}

function winlogOfDottedKeys(event: JsonObject): JsonObject | null {
  let winlog: JsonObject | null = null;
  for (const key of Object.keys(event)) {
    if (!key.startsWith('winlog.')) continue;
    winlog ??= Object.create(null) as JsonObject;
    const [group = '', ...name] = key.slice('winlog.'.length).split('.');
    if ((group === 'event_data' || group === 'user_data') && name.length > 0) {
      const inner: JsonObject = isObject(winlog[group]) ? winlog[group] : (Object.create(null) as JsonObject);
      inner[name.join('.')] = event[key] as JsonObject[string];
      winlog[group] = inner;
    } else winlog[key.slice('winlog.'.length)] = event[key] as JsonObject[string];
  }
  return winlog;
}

const flatMarks = ['Channel', 'SourceName', 'Provider_Name', 'ProviderName', 'ProviderGuid'];

const isFlat = (event: JsonObject): boolean =>
  event.EventID !== undefined && flatMarks.some((mark) => typeof event[mark] === 'string');
