export const viewPages = ['alerts', 'events'] as const;
export type ViewPage = (typeof viewPages)[number];

/** A page's state under a name. */
export interface View {
  readonly id: string;
  readonly owner: string;
  readonly page: ViewPage;
  readonly name: string;
  /** As the page's URL has it after the `?`. */
  readonly state: string;
  /** Everybody finds it; only the owner changes it. */
  readonly shared: boolean;
  /** Opens with the page, for whoever asked. */
  readonly isDefault: boolean;
  /** Epoch milliseconds. */
  readonly updatedAt: number;
}

export type ViewFields = Pick<View, 'name' | 'state' | 'shared'>;

/** A person keeps no more of them than this. */
export const mostViews = 100;
/** A person's queries of one page; older ones go. */
export const mostSearches = 50;

/**
 * Views that people saved, and what they searched for last. Both are theirs: they go with their user.
 *
 * Promise: whatever resolved is durable. A view lives while its owner comes: to list views is to use one's own.
 */
export interface ViewStore {
  /** One's own and those that others share, by name. */
  list(user: string): Promise<readonly View[]>;
  /** @throws VIEW_NAME_TAKEN, VIEWS_FULL */
  add(user: string, view: ViewFields & Pick<View, 'page'>): Promise<View>;
  /** @throws VIEW_UNKNOWN also where it is another's, VIEW_NAME_TAKEN */
  change(user: string, id: string, set: Partial<ViewFields>): Promise<View>;
  /** @throws VIEW_UNKNOWN also where it is another's */
  remove(user: string, id: string): Promise<View>;
  /** Which view a page opens with; none where `view` is null. @throws VIEW_UNKNOWN */
  setDefault(user: string, page: ViewPage, view: string | null): Promise<void>;
  /** Queries of a page, newest first, each once. */
  searches(user: string, page: string): Promise<readonly string[]>;
  noteSearch(user: string, page: string, query: string): Promise<void>;
  forgetSearches(user: string): Promise<number>;
  /** How much was not used since `time`. */
  due(time: number): { readonly views: number; readonly searches: number };
  /** Deletes views that were not used since `time`; answers how many. */
  expire(time: number): Promise<number>;
  /** Deletes searches that were not made since `time`; answers how many. */
  expireSearches(time: number): Promise<number>;
}
