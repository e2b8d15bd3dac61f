interface Page<Item, Token> {
  readonly items: readonly Item[];
  readonly next?: Token | undefined;
}

/**
 * All pages, each read once the one before was taken.
 *
 * @param read the page at a place: the first, or the one whose token the page before gave
 */
export async function* pagesOf<Item, Token>(
  read: (place: { readonly after?: Token }) => Promise<Page<Item, Token>>,
): AsyncGenerator<readonly Item[]> {
  let page = await read({});
  yield page.items;
  while (page.next !== undefined) {
    page = await read({ after: page.next });
    yield page.items;
  }
}
