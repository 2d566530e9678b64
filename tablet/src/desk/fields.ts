// A document's fields, sorted into what is one value and what is a table. Pure.

/** What one field says: a text as it is written, or yes or no. */
export type Said = string | boolean;

export interface Sorted {
  values: [name: string, value: Said][];
  tables: { name: string; columns: string[]; rows: Record<string, Said>[] }[];
}

type Fields = Record<string, unknown>;

export function sorted(of: Fields): Sorted {
  const found: Sorted = { values: [], tables: [] };
  for (const [name, value] of Object.entries(of)) {
    if (value === null || value === undefined || value === "") continue;
    if (Array.isArray(value)) {
      const rows = value.map((row) => flat(row));
      const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
      if (rows.length > 0) found.tables.push({ name, columns, rows });
    } else if (typeof value === "object") {
      for (const [inner, text] of Object.entries(flat(value))) found.values.push([`${name}.${inner}`, text]);
    } else found.values.push([name, said(value)]);
  }
  return found;
}

function flat(row: unknown): Record<string, Said> {
  if (row === null || typeof row !== "object") return { value: said(row) };
  const entries = Object.entries(row as Fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : said(value)]),
  );
}

function said(value: unknown): Said {
  return typeof value === "boolean" ? value : String(value);
}

/** `posting_date` as people read it, where there is no word of ours for it. */
export function plainName(field: string): string {
  const words = field.replace(/[_.]/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether a field holds money, a quantity or a rate, and is written as the locale writes numbers. */
export function isNumber(field: string, value: Said): value is string {
  return (
    typeof value === "string" &&
    /^-?\d+(\.\d+)?$/.test(value) &&
    /qty|rate|amount|total|percent|debit|credit|tax|sum|outstanding/.test(field)
  );
}
