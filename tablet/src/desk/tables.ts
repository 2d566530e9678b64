// The tables of master data, as files and the office's map name them.

export const TABLES: readonly string[] = (
  "item customer supplier warehouse account mode-of-payment tax-template item-tax-template uom price-list item-price " +
  "employee project activity-type bom work-order batch sales-order open-invoice level transit period fiscal-year user " +
  "permission settings"
).split(" ");

/** The table that a file is about, by its name: `item.csv`. */
export function tableOf(file: string): string | null {
  const stem = (file.split(/[/\\]/).at(-1) ?? "").replace(/\.(csv|json)$/i, "").toLowerCase();
  return TABLES.find((table) => table === stem) ?? TABLES.find((table) => stem.endsWith(`-${table}`)) ?? null;
}
