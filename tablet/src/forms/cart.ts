// A cart: what is sold or ordered, at which prices, and what it comes to; the same reckoning that the box does when it books it.
//
// In: items as they were searched or scanned, changes by people. Out: lines, totals, the fields that Sales Invoice, Sales Order and the like have
// in common. Absent: payments (pay.ts).

import { Decimal, kept, sum } from "../money/decimal";
import { lineAmount, type Totals, totals } from "../money/totals";
import type { Masters } from "../rows/masters";
import type { Item } from "../rows/types";
import type { Found } from "../scan/code";

export interface CartLine {
  item_code: string;
  item_name: string;
  uom: string;
  qty: string;
  /** The list's price of one; null where the list has none, and somebody says one. */
  list: string | null;
  /** The line's discount in percent. */
  percent: string;
  /** The price of one where the list has none. */
  price: string;
  batch_no?: string;
  serial_no?: string;
  /** Measures and wishes, which are printed. */
  description?: string;
  /** For whoever makes it. */
  additional_notes?: string;
}

export interface Cart {
  customer: string;
  lines: CartLine[];
  /** A discount of the whole in percent. */
  percent: string;
  /** Out of which of the site's warehouses; the first where nobody has said. */
  warehouse?: string;
}

export const emptyCart = (customer: string): Cart => ({ customer, lines: [], percent: "" });

export function lineOf(item: Item, masters: Masters, day: string, buying = false, uom = item.stock_uom): CartLine {
  const list = buying ? masters.settings?.buying_price_list : masters.settings?.selling_price_list;
  const price = masters.price(item, list, uom, day);
  const { item_code, item_name } = item;
  const own = buying || price ? "" : (item.standard_rate ?? "");
  return { item_code, item_name, uom, qty: "1", list: price && `${price}`, percent: "", price: own };
}

export function lineOfFound(found: Found, masters: Masters, day: string, buying = false): CartLine {
  const line = lineOf(found.item, masters, day, buying, found.uom);
  if (found.batch_no !== undefined) line.batch_no = found.batch_no;
  if (found.serial_no !== undefined) line.serial_no = found.serial_no;
  return line;
}

/** One more of the same, or a new line. A piece with a serial number is there once. */
export function add(cart: Cart, line: CartLine): Cart {
  const same = (other: CartLine) =>
    other.item_code === line.item_code && other.uom === line.uom && other.batch_no === line.batch_no;
  const at = cart.lines.findIndex(same);
  const known = cart.lines[at];
  if (!known) return { ...cart, lines: [...cart.lines, line] };
  const both = [...serials(known.serial_no), ...serials(line.serial_no)];
  if (new Set(both).size < both.length) return cart;
  const qty = number(known.qty).plus(number(line.qty));
  const more: CartLine = { ...known, qty: `${qty}` };
  if (both.length > 0) more.serial_no = both.join("\n");
  return { ...cart, lines: cart.lines.map((line, i) => (i === at ? more : line)) };
}

export function change(cart: Cart, at: number, to: Partial<CartLine> | null): Cart {
  const lines = cart.lines.flatMap((line, i) => (i !== at ? [line] : to ? [{ ...line, ...to }] : []));
  return { ...cart, lines };
}

/** The numbers of pieces, one a line, as somebody has typed them. */
export function serials(text: string | undefined): string[] {
  return (text ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** What somebody has typed; nothing where it is no number. */
export function number(text: string): Decimal {
  return Decimal.read(text) ?? Decimal.ZERO;
}

/** The price of one, after the line's discount. */
export function rate(line: CartLine, precision: number): Decimal {
  if (line.list === null) return number(line.price).rounded(precision);
  const list = number(line.list);
  if (line.percent === "") return list;
  return list.times(Decimal.of(100).minus(number(line.percent))).over(Decimal.of(100), precision);
}

/** What a line comes to; null where the books cannot keep it. */
export function amountOf(line: CartLine, precision: number): Decimal | null {
  return kept(() => amount(line, precision));
}

function amount(line: CartLine, precision: number): Decimal {
  return lineAmount({ qty: number(line.qty), rate: rate(line, precision) }, precision);
}

export function cartTotals(cart: Cart, masters: Masters, day: string, buying = false): Totals | null {
  if (cart.lines.length === 0) return null;
  const lines = cart.lines.map((line) => ({ qty: number(line.qty), rate: rate(line, masters.precision) }));
  const itemRates = cart.lines.map((line) => masters.itemRates(masters.get("item", line.item_code), day));
  const percent = number(cart.percent);
  return totals({
    lines,
    itemRates,
    taxes: masters.taxesFor(itemRates, buying),
    discount: percent.isZero() ? null : { percent, onNet: false },
    rounding: masters.rounding,
  });
}

/** The first thing that keeps it from being submitted. */
export function lacking(cart: Cart, precision: number): "empty" | "qty" | "price" | "percent" | "large" | null {
  if (cart.lines.length === 0) return "empty";
  if (!cart.lines.every((line) => Decimal.read(line.qty)?.isPositive())) return "qty";
  const priced = (line: CartLine) => line.list !== null || Decimal.read(line.price)?.isNegative() === false;
  if (!cart.lines.every(priced)) return "price";
  if (![...cart.lines, cart].every(({ percent }) => percent === "" || isPercent(percent))) return "percent";
  return kept(() => sum(cart.lines.map((line) => amount(line, precision)))) ? null : "large";
}

/** What keeps an order from being promised for a day; days as `2026-11-02`. */
export function lackingPromise(promised: string, today: string): "delivery_date" | "promised_before" | null {
  if (promised === "") return "delivery_date";
  return promised < today ? "promised_before" : null;
}

function isPercent(text: string): boolean {
  const read = Decimal.read(text);
  return read !== null && !read.isNegative() && read.compare(Decimal.of(100)) <= 0;
}

export function pieces(cart: Cart): Decimal {
  return sum(cart.lines.map((line) => number(line.qty)));
}

/** Rows of `items`, by ERPNext's names. */
export function itemRows(cart: Cart, precision: number): Record<string, unknown>[] {
  return cart.lines.map((line) => {
    const discounted = line.list !== null && line.percent !== "" && !number(line.percent).isZero();
    return withoutNothing({
      item_code: line.item_code,
      qty: `${number(line.qty)}`,
      rate: `${rate(line, precision)}`,
      uom: line.uom,
      price_list_rate: line.list,
      discount_percentage: discounted ? `${number(line.percent)}` : null,
      batch_no: line.batch_no?.trim(),
      serial_no: serials(line.serial_no).join("\n"),
      description: line.description?.trim(),
      additional_notes: line.additional_notes?.trim(),
    });
  });
}

/** What a sale and an order say once. */
export function headFields(cart: Cart, masters: Masters): Record<string, unknown> {
  const percent = number(cart.percent);
  return withoutNothing({
    customer: cart.customer,
    selling_price_list: masters.settings?.selling_price_list,
    set_warehouse: masters.ownWarehouse(cart.warehouse),
    additional_discount_percentage: percent.isZero() ? null : `${percent}`,
  });
}

/** Fields that are absent, empty or null are left out. */
export function withoutNothing(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}
