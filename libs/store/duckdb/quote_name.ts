/** An identifier in SQL. Aliases are made of classes and dates, but are quoted all the same. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text in SQL, where no place holder may stand. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
