// What comes to the workshop for the first time, and what a supplier bills: fields by ERPNext's names, as in documents.ts.

import type { Decimal } from "../money/decimal";
import { type Totals, totals } from "../money/totals";
import type { Masters } from "../rows/masters";
import { number, withoutNothing } from "./cart";
import type { Fields, GoodsLine, When } from "./documents";
import { inCoins } from "./pay";
import { type LackingPiece, lackingPiece } from "./pieces";

export interface NewSupplier {
  supplier_name: string;
  mobile_no: string;
  supplier_details: string;
}

export function supplier(of: NewSupplier): Fields {
  return withoutNothing({
    supplier_name: of.supplier_name.trim(),
    mobile_no: of.mobile_no.trim(),
    supplier_details: of.supplier_details.trim(),
  });
}

export interface NewItem {
  item_code: string;
  item_name: string;
  item_group: string;
  stock_uom: string;
  kept: "stock" | "service";
  standard_rate: string;
  barcode: string;
}

export function item(of: NewItem): Fields {
  const barcode = of.barcode.trim();
  return withoutNothing({
    item_code: of.item_code.trim(),
    item_name: of.item_name.trim(),
    item_group: of.item_group.trim(),
    stock_uom: of.stock_uom,
    is_stock_item: of.kept === "stock" ? 1 : 0,
    standard_rate: of.standard_rate === "" ? null : `${number(of.standard_rate)}`,
    barcodes: barcode === "" ? null : [{ barcode }],
  });
}

export interface Billed {
  supplier: string;
  bill_no: string;
  /** The day that is on it; "" where it is of the day on which it is booked. */
  bill_date?: string;
  lines: GoodsLine[];
  /** What was paid at once; nothing where it stays on account. */
  paid: string;
  mode: string;
  /** Into which of the site's warehouses; the first where nobody has said. */
  warehouse?: string;
}

/** The goods come with the bill. */
export function billed(of: Billed, masters: Masters, when: When): Fields {
  const paid = number(of.paid);
  const bill = of.bill_no.trim();
  return withoutNothing({
    supplier: of.supplier,
    bill_no: bill,
    bill_date: of.bill_date || (bill && when.day),
    posting_date: when.day,
    posting_time: when.time,
    update_stock: 1,
    set_warehouse: masters.ownWarehouse(of.warehouse),
    items: boughtOf(of.lines).map(({ item_code, qty, rate, uom, batch_no, serial_no }) =>
      withoutNothing({ item_code, qty: `${number(qty)}`, rate: `${number(rate ?? "0")}`, uom, batch_no, serial_no }),
    ),
    ...(paid.isPositive() ? { is_paid: 1, mode_of_payment: of.mode, paid_amount: `${paid}` } : {}),
  });
}

/** The lines of which something is bought. */
export function boughtOf(lines: readonly GoodsLine[]): GoodsLine[] {
  return lines.filter((line) => number(line.qty).isPositive());
}

/** What goods that are bought come to with their taxes, by the rates of the day; null where there are none. */
export function boughtTotals(lines: readonly GoodsLine[], masters: Masters, day: string): Totals | null {
  const bought = boughtOf(lines);
  if (bought.length === 0) return null;
  const itemRates = bought.map((line) => masters.itemRates(masters.get("item", line.item_code), day));
  return totals({
    lines: bought.map((line) => ({ qty: number(line.qty), rate: number(line.rate ?? "0") })),
    itemRates,
    taxes: masters.taxesFor(itemRates, true),
    discount: null,
    rounding: masters.rounding,
  });
}

/** What keeps a bill from being booked, beside what its goods cost. */
export function lackingOfBill(
  of: Billed,
  payable: Decimal | null,
  today: string,
  masters: Masters,
): LackingPiece | "bill_date" | "coins" | "paid" | null {
  const ofPieces = lackingPiece(boughtOf(of.lines), masters, { moves: true, usedOn: today });
  if (ofPieces) return ofPieces;
  if ((of.bill_date ?? "") > today) return "bill_date";
  if (!inCoins([of.paid], masters.precision)) return "coins";
  return payable && number(of.paid).compare(payable) > 0 ? "paid" : null;
}
