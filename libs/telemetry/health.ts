export type HealthState = 'starting' | 'ready' | 'degraded' | 'stopped';

export interface ComponentHealth {
  readonly name: string;
  readonly state: HealthState;
  /** Since when it is in this state. */
  readonly since: Date;
  readonly detail?: string;
}

/** The state of each role, for /health/ready and the health page. */
export interface HealthBoard {
  set(name: string, state: HealthState, detail?: string): void;
  list(): readonly ComponentHealth[];
  /** Every component is ready, or degraded but working. */
  ready(): boolean;
}

export function createHealthBoard(clock: () => number = Date.now): HealthBoard {
  const components = new Map<string, ComponentHealth>();
  return {
    set(name, state, detail) {
      const known = components.get(name);
      const since = known?.state === state ? known.since : new Date(clock());
      components.set(name, { name, state, since, ...(detail === undefined ? {} : { detail }) });
    },
    list: () => [...components.values()],
    ready: () =>
      components.size > 0 &&
      [...components.values()].every(({ state }) => state === 'ready' || state === 'degraded'),
  };
}
