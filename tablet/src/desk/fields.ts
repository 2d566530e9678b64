// A document's fields, sorted into what is one value and what is a table. Pure.

export interface Sorted {
  values: [name: string, value: string][];
  tables: { name: string; columns: string[]; rows: Record<string, string>[] }[];
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
    } else found.values.push([name, String(value)]);
  }
  return found;
}

function flat(row: unknown): Record<string, string> {
  if (row === null || typeof row !== "object") return { value: String(row) };
  const entries = Object.entries(row as Fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)]),
  );
}

/** `posting_date` as people read it, where there is no word of ours for it. */
export function plainName(field: string): string {
  const words = field.replace(/[_.]/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether a field holds money, a quantity or a rate, and is written as the locale writes numbers. */
export function isNumber(field: string, value: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(value) && /qty|rate|amount|total|percent|debit|credit|tax|sum|outstanding/.test(field);
}
