import { isObject, type JsonObject } from '@tidewatch/event';

/** Objects of an event of the Windows event log that hold fields under the names that Windows gives them. */
export interface WindowsView {
  /** `System` of evtx_dump. */
  readonly system: JsonObject | null;
  /** Everything below `winlog`. */
  readonly winlog: JsonObject | null;
  /** What the source itself says. */
  readonly data: readonly JsonObject[];
}

/** The view of an event in any of the forms that `event/profile.ts` names; empty for one that is not of Windows. */
export function windowsViewOf(event: JsonObject): WindowsView {
  const envelope = isObject(event.Event) ? event.Event : event;
  if (isObject(envelope.System)) {
    const { System: system, EventData, UserData, RenderingInfo } = envelope;
    return {
      system,
      winlog: null,
      data: [...objects(EventData), ...userData(UserData), ...objects(RenderingInfo)],
    };
  }
  const winlog = isObject(event.winlog) ? event.winlog : winlogOfDottedKeys(event);
  const data = winlog === null ? [] : [...objects(winlog.event_data), ...userData(winlog.user_data)];
  return { system: null, winlog, data };
}

const objects = (value: unknown): JsonObject[] => (isObject(value) ? [value as JsonObject] : []);

/** UserData has one element of the provider's own, and the fields below it; winlogbeat leaves that element out. */
const userData = (value: unknown): JsonObject[] =>
  objects(value).flatMap((object) => [
    object,
    ...Object.keys(object).flatMap((name) => (name === '#attributes' ? [] : objects(object[name]))),
  ]);

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
