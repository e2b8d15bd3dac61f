'use client';
import './globals.css';

/**
 * In place of the whole document, when the layout itself fails. Next's own has inline styles, which the policy blocks.
 * It uses no component: what it would import is loaded with every page.
 */
export default function GlobalError({ error }: { readonly error: Error }) {
  return (
    <html lang="en">
      <body className="font-sans">
        <main role="alert" className="flex h-dvh flex-col items-center justify-center gap-3 px-6 text-center">
          <h1 className="text-lg font-medium">Tidewatch could not be shown</h1>
          <p className="text-soft">{error.message}</p>
          <button
            type="button"
            onClick={() => location.reload()}
            className="h-7 rounded-md border border-line px-3"
          >
            Load it anew
          </button>
        </main>
      </body>
    </html>
  );
}
