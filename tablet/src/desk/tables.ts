// The tables of master data, as files name them.

export const TABLES: readonly string[] = (
  "item customer supplier warehouse account mode-of-payment tax-template item-tax-template uom price-list item-price " +
  "employee project activity-type bom work-order batch sales-order open-invoice level transit period fiscal-year user " +
  "permission settings"
).split(" ");

/** The table that a file is about, by its name: `item.csv`, `Item Price.csv`. */
export function tableOf(file: string): string | null {
  const stem = (file.split("/").at(-1) ?? "").split(".")[0] ?? "";
  const slug = stem.toLowerCase().replace(/[ _]/g, "-");
  return TABLES.find((table) => table === slug) ?? null;
}
