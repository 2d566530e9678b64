// The tables of master data, as files and the office's map name them.

export const TABLES: readonly string[] = (
  "item customer supplier warehouse account mode-of-payment tax-template item-tax-template uom price-list item-price " +
  "employee project activity-type bom work-order batch sales-order open-invoice level transit period fiscal-year user " +
  "permission settings"
).split(" ");
