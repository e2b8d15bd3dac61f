import { wordsOf } from '../../view/words.ts';

/** What the server says in a sentence. */
export const Words = ({ children }: { readonly children: string }) =>
  wordsOf(children).map(({ text, isCode }, i) =>
    isCode ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the words of one sentence
      <code key={i} className="font-mono">
        {text}
      </code>
    ) : (
      text
    ),
  );
