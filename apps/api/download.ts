import { Readable } from 'node:stream';
import type { Json } from '@tidewatch/event';
import type { FastifyReply } from 'fastify';
import type { Auditor } from './audit.ts';

/** As text it is a line of NDJSON already. */
type Row = Readonly<Record<string, unknown>> | string;

export interface Download {
  /** What they are, and the file without its ending. */
  readonly name: string;
  readonly format: 'csv' | 'ndjson';
  /** Of CSV, in order. */
  readonly columns: readonly string[];
  /** Of the audit log: who takes them, and what they asked for. */
  readonly who: string;
  readonly detail: Json;
  /** A line of NDJSON after all rows, which says how many they were. */
  readonly last?: (rows: number) => Row;
}

/**
 * Rows that are sent as one text. One for each would be as many again; one of them all is so large that V8 keeps it until it
 * collects everything, and lets the heap grow fourfold before that.
 */
const together = 64;

const types = { csv: 'text/csv; charset=utf-8; header=present', ndjson: 'application/x-ndjson' } as const;

/**
 * Sends rows as a file, page by page: the next is read when the client has taken the one before. That somebody takes them is
 * noted before the first, since nothing can be refused once they flow; and how many they were after the last.
 */
export async function download(
  { reply, audit }: { readonly reply: FastifyReply; readonly audit: Pick<Auditor, 'change'> },
  pages: AsyncIterable<readonly Row[]>,
  { name, format, columns, who, detail, last }: Download,
): Promise<FastifyReply> {
  const entry = { who, target: `/api/${name}/export` };
  await audit.change({ ...entry, action: `${name}.export`, detail });
  async function* text() {
    let rows = 0;
    if (format === 'csv') yield `${columns.map(csvCell).join(',')}\r\n`;
    for await (const page of pages) {
      rows += page.length;
      for (let first = 0; first < page.length; first += together) {
        const lines = page.slice(first, first + together).map((row) => {
          if (typeof row === 'string') return row;
          if (format === 'ndjson') return JSON.stringify(row);
          return columns.map((column) => csvCell(row[column])).join(',');
        });
        yield [...lines, ''].join(format === 'csv' ? '\r\n' : '\n');
      }
    }
    if (last !== undefined) yield `${JSON.stringify(last(rows))}\n`;
    await audit.change({ ...entry, action: `${name}.exported`, detail: { rows } });
  }
  return attach(reply, `${name}.${format}`, types[format], text());
}

/** Sends text as a file as it comes. */
export const attach = (
  reply: FastifyReply,
  file: string,
  type: string,
  text: AsyncIterable<string>,
): FastifyReply =>
  reply
    .type(type)
    .header('content-disposition', `attachment; filename="tidewatch-${file}"`)
    .serializer((payload: unknown) => payload as string)
    .send(Readable.from(text, { objectMode: false }));

/**
 * A cell of CSV (RFC 4180). Text that a spreadsheet would take for a formula begins with an apostrophe: logs hold what
 * attackers write.
 */
export function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  const text = /^[=+\-@＝＋－＠\t\r\n]/.test(plain) ? `'${plain}` : plain;
  // Some countries' spreadsheets part cells at semicolons.
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
