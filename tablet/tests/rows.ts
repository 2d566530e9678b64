// The sample workshop's files (examples/master) as rows, as a box would give them to a tablet. For tests alone.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { StoredRow } from "../src/store";

const MASTER = resolve(import.meta.dirname, "../../examples/master");
/** What the sample has not, and tests need. */
const OWN = resolve(import.meta.dirname, "master");
/** What names a row of each table, where it is not its first column. */
const KEYS: Record<string, string[]> = {
  "item-price": ["item_code", "price_list", "uom", "valid_from"],
  level: ["warehouse", "item_code"],
  permission: ["role", "document"],
};
const NAMES_ONLY = ["roles", "sites", "closed_documents"];

function cells(line: string): string[] {
  const of = [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)];
  return of.map((cell) => (cell[1] ?? cell[2] ?? "").replaceAll('""', '"'));
}

const value = (column: string, cell: string): unknown =>
  /^(is_|has_|must_|included_in|buying|selling|disabled|enabled|skip_|create|submit|cancel|read|row_id)/.test(column)
    ? Number(cell)
    : cell;

function rowsOf(file: string): Record<string, unknown>[] {
  const [head = "", ...lines] = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const columns = cells(head);
  const rows: Record<string, unknown>[] = [];
  for (const line of lines) {
    const of = cells(line);
    const isNext = columns.some((column, i) => !column.includes(".") && !NAMES_ONLY.includes(column) && of[i]);
    if (isNext) rows.push({});
    const row = rows.at(-1) ?? {};
    const lists: Record<string, Record<string, unknown>> = {};
    columns.forEach((column, i) => {
      const cell = of[i];
      if (!cell) return;
      const [list, field] = column.split(".");
      if (list && field) lists[list] = { ...lists[list], [field]: value(field, cell) };
      else if (NAMES_ONLY.includes(column)) row[column] = [...((row[column] as string[]) ?? []), cell];
      else row[column] = value(column, cell);
    });
    for (const [list, entry] of Object.entries(lists)) row[list] = [...((row[list] as unknown[]) ?? []), entry];
  }
  return rows;
}

export function masterRows(people: boolean): StoredRow[] {
  const found: StoredRow[] = [];
  const take = (dir: string) => {
    for (const file of readdirSync(dir).sort()) {
      const [table = "", kind] = file.split(".");
      const path = join(dir, file);
      const rows =
        kind === "csv"
          ? rowsOf(path)
          : kind === "json"
            ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>[])
            : [];
      for (const row of rows) {
        const keys = KEYS[table] ?? [Object.keys(row)[0] ?? ""];
        const name = keys
          .map((key) => String(row[key] ?? ""))
          .filter((part, i, all) => part !== "" || all.slice(i).some(Boolean))
          .join("\u001f");
        found.push({ table, name, row: cleaned(table, row) });
      }
    }
  };
  take(MASTER);
  take(OWN);
  if (people) take(join(MASTER, "people"));
  return found;
}

function cleaned(table: string, row: Record<string, unknown>): Record<string, unknown> {
  if (table === "user") {
    const { pin, badge, ...rest } = row;
    return { ...rest, has_pin: pin !== undefined, has_badge: badge !== undefined };
  }
  if (table === "item") return { is_stock_item: 1, item_name: row.item_code, ...row };
  return row;
}
