// What is printed of a document: from its fields as they were sent, and what the box has made of it.
//
// In: an entry (or another device's document, from the box). Out: lines of text and amounts, in order. Absent: layout (receipt.tsx).

import { number } from "../forms/cart";
import { Decimal, sum } from "../money/decimal";
import type { ItemTaxRate, TaxRule } from "../money/taxes";
import { discountIn, forReturn, lineAmount, type Totals, totals } from "../money/totals";
import type { Entry } from "../outbox/entry";
import type { Masters } from "../rows/masters";

export interface PaperLine {
  name: string;
  qty: string;
  uom: string;
  rate: string;
  amount: string;
  notes: string[];
}

export interface Paper {
  lines: PaperLine[];
  discount: Decimal;
  taxes: { name: string; amount: Decimal; included: boolean }[];
  total: Decimal | null;
  payments: { mode: string; amount: string }[];
  change: Decimal;
  /** Paid ahead, and used up by this bill. */
  ahead: Decimal;
  open: Decimal;
}

type Row = Record<string, string | undefined>;

const rowsOf = (fields: Record<string, unknown>, name: string): Row[] => (fields[name] as Row[] | undefined) ?? [];
const text = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? `${value}` : "";

/** Money of which a Payment Entry says how much was booked. */
export interface HandedOver {
  mode: string;
  given: Decimal;
  booked: Decimal;
}

/** What a payment says of itself. `given`: what was handed over, where change was given of it. */
export function handedOver(fields: Record<string, unknown>, given?: string): HandedOver {
  const booked = number(text(fields.paid_amount));
  return { mode: text(fields.mode_of_payment), given: given === undefined ? booked : number(given), booked };
}

/** What was handed over for a document by payments of its own: for a payment itself, or for what was submitted with payments. */
export function handedOverFor(entry: Entry, fields: Record<string, unknown>, payments: readonly Entry[]): HandedOver[] {
  if (entry.kind === "payment-entry") return [handedOver(fields, entry.given)];
  return payments.map(({ body, given }) => handedOver(JSON.parse(body) as Record<string, unknown>, given));
}

/** The taxes that the box has booked a document with. */
export interface BookedTaxes {
  taxes?: TaxRule[];
  item_taxes?: { item_tax_template: string; taxes: ItemTaxRate[]; rows: number[] }[];
}

/** What there is of a document beside its fields. */
export interface OfPaper extends Pick<Entry, "kind" | "day"> {
  /** What the box says that it comes to. */
  total?: string | undefined;
  /** Where it is not known, the taxes of its day count as they are in the office's data now. */
  booked?: BookedTaxes | undefined;
}

/** `beside`: what was handed over for it by payments of its own. */
export function paperOf(
  { kind, day, total: bookedTotal, booked }: OfPaper,
  fields: Record<string, unknown>,
  masters: Masters,
  beside: readonly HandedOver[] = [],
): Paper {
  const items = rowsOf(fields, "items");
  const isPriced = items.length > 0 && items.every((row) => row.rate !== undefined);
  const itemRates = booked
    ? items.map((_, i) => booked.item_taxes?.find(({ rows }) => rows.includes(i + 1))?.taxes ?? [])
    : items.map((row) => masters.itemRates(masters.get("item", row.item_code ?? ""), day));
  const today = () => masters.taxesFor(itemRates, "supplier" in fields);
  const ofMasters = () => (fields.is_return ? forReturn(today()) : today());
  const taxes = (fields.taxes as TaxRule[] | undefined) ?? (booked ? (booked.taxes ?? []) : ofMasters());
  const found = isPriced ? reckon(fields, items, itemRates, taxes, masters) : null;
  const money = text(fields.paid_amount);
  const total =
    bookedTotal !== undefined ? Decimal.from(bookedTotal) : (found?.payable ?? (money ? Decimal.from(money) : null));
  const payments = [
    ...rowsOf(fields, "payments").map((row) => ({ mode: row.mode_of_payment ?? "", amount: row.amount ?? "0" })),
    ...beside.map(({ mode, given }) => ({ mode, amount: `${given}` })),
  ];
  const changes = beside.map(({ given, booked }) => given.minus(booked));
  const change = sum([number(text(fields.change_amount)), ...changes]);
  const paid = sum(payments.map((row) => number(row.amount))).minus(change);
  const advanced = sum(rowsOf(fields, "advances").map((row) => number(row.allocated_amount ?? "0")));
  // A delivery note is billed later: nothing is owed of it.
  const owes = kind === "sales-invoice" && isPriced;
  return {
    lines: items.map((row) => lineOf(row, masters)),
    discount: found?.discountAmount ?? Decimal.ZERO,
    taxes: taxes.map((tax, i) => ({
      name: tax.description ?? tax.account_head,
      amount: found?.taxes[i] ?? Decimal.ZERO,
      included: !!tax.included_in_print_rate,
    })),
    total,
    payments,
    change,
    ahead: advanced,
    open: owes && total ? total.minus(paid).minus(advanced) : Decimal.ZERO,
  };
}

function reckon(
  fields: Record<string, unknown>,
  items: Row[],
  itemRates: ReturnType<Masters["itemRates"]>[],
  taxes: TaxRule[],
  masters: Masters,
): Totals | null {
  try {
    return totals({
      lines: items.map((row) => ({ qty: number(row.qty ?? "0"), rate: number(row.rate ?? "0") })),
      itemRates,
      taxes,
      discount: discountIn(fields),
      rounding: masters.rounding,
    });
  } catch {
    return null;
  }
}

function lineOf(row: Row, masters: Masters): PaperLine {
  const item = masters.get("item", row.item_code ?? "");
  const [qty, rate] = [number(row.qty ?? "0"), number(row.rate ?? "0")];
  const notes = [row.description, row.batch_no, row.serial_no].filter((note): note is string => !!note);
  return {
    name: item?.item_name ?? row.item_code ?? "",
    qty: `${qty}`,
    uom: row.uom ?? item?.stock_uom ?? "",
    rate: row.rate === undefined ? "" : `${rate}`,
    amount: row.rate === undefined ? "" : `${lineAmount({ qty, rate }, masters.precision)}`,
    notes,
  };
}
