import Markdown from 'markdown-to-jsx/react';
import type { ReactNode } from 'react';

const isWebAddress = (text: string | undefined): text is string => /^https?:\/\//i.test(text ?? '');

const Heading = ({ children }: { readonly children?: ReactNode }) => (
  <h4 className="mt-1 font-semibold">{children}</h4>
);

/** Where a card leads to outside; what is in its folder cannot be reached from here, so it stays text. */
const Outside = ({ href, children }: { readonly href?: string; readonly children?: ReactNode }) =>
  isWebAddress(href) ? (
    <a
      href={href}
      rel="noreferrer"
      target="_blank"
      className="text-accent underline decoration-accent/50 underline-offset-2"
    >
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );

const headings = Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((tag) => [tag, Heading]));

/** What a model's maker says of it, in Markdown. They may be anybody: HTML in it is text, and its pictures are their words. */
export const ModelCard = ({ text }: { readonly text: string }) => (
  <section
    tabIndex={0}
    aria-label="Card of the model"
    className="flex max-h-96 max-w-prose flex-col gap-2 overflow-auto wrap-break-word [&_code]:font-mono [&_code]:text-xs [&_li]:my-0.5 [&_ol]:list-decimal [&_ol]:pl-5 [&_pre]:overflow-x-auto [&_pre]:rounded-md [&_pre]:border [&_pre]:border-line [&_pre]:bg-raised [&_pre]:p-2 [&_td]:pr-4 [&_th]:pr-4 [&_th]:text-left [&_ul]:list-disc [&_ul]:pl-5"
  >
    <Markdown
      options={{
        wrapper: null,
        disableParsingRawHTML: true,
        overrides: {
          ...headings,
          a: Outside,
          img: ({ alt }: { readonly alt?: string }) => <em>{alt}</em>,
        },
      }}
    >
      {text}
    </Markdown>
  </section>
);
