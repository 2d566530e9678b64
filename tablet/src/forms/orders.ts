// Open orders as this tablet knows them, with or without a line: the office's rows, what other sites did by its word, its own documents, and,
// where the box could be asked, its word.
//
// In: rows, entries of the outbox, the box's answer. Out: orders with what is left of each row and what was paid ahead. Absent: what other tablets
// did while the box is out of reach; it refuses what would go too far.

import type { Order, OrderLine } from "../api-types";
import { Decimal, max, sum } from "../money/decimal";
import type { Entry } from "../outbox/entry";
import { paperOf } from "../print/paper";
import type { Masters } from "../rows/masters";
import type { SalesOrderRow } from "../rows/types";
import { number } from "./cart";
import { type Fields, fieldsOf, rowsOf, type Standing, standing } from "./standing";

export interface OpenOrder extends Order {
  /** Of the whole, in percent: the bill has it as well. */
  percent: string;
}

/** What this tablet's documents that stand did, by kind. */
interface Done {
  notes: Standing[];
  payments: Standing[];
  bills: Standing[];
}

/** `amended`: a document that is to be corrected, and so counts for nothing. */
export function openOrders(
  masters: Masters,
  all: readonly Entry[],
  asked: readonly Order[] | null,
  amended?: Entry,
): OpenOrder[] {
  const entries = all.filter((entry) => entry !== amended);
  const found = new Map<string, OpenOrder>();
  for (const order of asked ?? []) found.set(order.order, { ...order, percent: percentOf(order) });
  for (const row of masters.all("sales-order")) if (!found.has(row.order)) found.set(row.order, ofRow(row));
  // What the box has told of has this tablet's documents in it, as far as the box has them.
  const known = new Set((asked ?? []).map((order) => order.order));
  for (const { entry, fields } of standing(entries, "sales-order"))
    if (!found.has(entry.id)) found.set(entry.id, ofEntry(entry, fields, masters));
  const done: Done = {
    notes: standing(entries, "delivery-note"),
    payments: standing(entries, "payment-entry"),
    bills: standing(entries, "sales-invoice").filter(({ fields }) => !fields.is_return),
  };
  const counted = amended && amended.state !== "waiting" && standing(all, amended.kind).find(isOf(amended));
  const closed = amended && ofDone(amended);
  // What it has brought to its end is not told of any more.
  if (closed && !found.has(closed.order)) found.set(closed.order, closed);
  for (const order of found.values()) {
    order.items = order.items.map((line) => ({ ...line }));
    order.advances = order.advances.map((row) => ({ ...row }));
    if (order === closed) continue;
    if (!known.has(order.order)) addOthers(order, masters);
    addOwn(order, done, known.has(order.order));
    if (counted && known.has(order.order)) takeOut(order, counted);
  }
  return [...found.values()].filter((order) => left(order).length > 0);
}

const isOf =
  (entry: Entry) =>
  ({ entry: other }: Standing) =>
    other === entry;

function percentOf(order: Order): string {
  return (order as { additional_discount_percentage?: string }).additional_discount_percentage ?? "";
}

function ofRow(row: SalesOrderRow): OpenOrder {
  return {
    order: row.order,
    number: null,
    customer: row.customer,
    transaction_date: null,
    delivery_date: row.delivery_date ?? null,
    grand_total: row.grand_total,
    paid_ahead: row.advance_paid ?? "0",
    percent: "",
    advances: [],
    items: row.items.map((line) => ({
      row: line.name,
      item_code: line.item_code,
      qty: line.qty,
      uom: line.uom,
      rate: line.rate,
      warehouse: line.warehouse ?? null,
      description: null,
      delivered: line.delivered_qty ?? "0",
      billed: line.billed_qty ?? "0",
    })),
  };
}

function ofEntry(entry: Entry, fields: Fields, masters: Masters): OpenOrder {
  const total = paperOf(entry, fields, masters).total ?? Decimal.ZERO;
  return {
    order: entry.id,
    number: entry.number ?? null,
    customer: String(fields.customer ?? ""),
    transaction_date: entry.day,
    delivery_date: String(fields.delivery_date ?? ""),
    grand_total: `${total}`,
    paid_ahead: "0",
    percent: String(fields.additional_discount_percentage ?? ""),
    advances: [],
    items: rowsOf(fields, "items").map((row, i) => ({
      row: `${i + 1}`,
      item_code: row.item_code ?? "",
      qty: row.qty ?? "0",
      uom: row.uom ?? null,
      rate: row.rate ?? "0",
      warehouse: row.warehouse ?? (fields.set_warehouse as string | undefined) ?? null,
      description: row.description ?? null,
      delivered: "0",
      billed: "0",
    })),
  };
}

/** An order as a delivery note or a bill says it: what of it is open without that. */
function ofDone(entry: Entry): OpenOrder | null {
  const fields = fieldsOf(entry);
  const items = rowsOf(fields, "items");
  const order = items[0]?.sales_order ?? items[0]?.against_sales_order;
  if (!order) return null;
  const bills = entry.kind === "sales-invoice";
  const advances = rowsOf(fields, "advances").map((row) => ({
    reference_name: row.reference_name ?? "",
    reference_row: row.reference_row ?? null,
    open: row.allocated_amount ?? "0",
  }));
  return {
    order,
    number: null,
    customer: String(fields.customer ?? ""),
    transaction_date: null,
    delivery_date: null,
    grand_total: entry.total ?? "0",
    paid_ahead: `${sum(advances.map((row) => number(row.open)))}`,
    percent: String(fields.additional_discount_percentage ?? ""),
    advances,
    items: items.map((row) => ({
      row: row.so_detail ?? "",
      item_code: row.item_code ?? "",
      qty: row.qty ?? "0",
      uom: row.uom ?? null,
      rate: row.rate ?? "0",
      warehouse: row.warehouse ?? null,
      description: null,
      delivered: bills && !fields.update_stock ? (row.qty ?? "0") : "0",
      billed: bills ? "0" : (row.qty ?? "0"),
    })),
  };
}

/** Adds what other sites did with an order, by the office's word; what the box told has it in it. */
function addOthers(order: OpenOrder, masters: Masters): void {
  for (const site of masters.doneElsewhere(order.order)) {
    order.paid_ahead = `${number(order.paid_ahead).plus(number(site.advance_paid ?? "0"))}`;
    for (const done of site.lines ?? []) {
      const line = order.items.find((line) => line.row === done.name);
      if (!line) continue;
      line.delivered = `${number(line.delivered).plus(number(done.delivered_qty ?? "0"))}`;
      line.billed = `${number(line.billed).plus(number(done.billed_qty ?? "0"))}`;
    }
  }
}

/** Adds what this tablet's documents did with an order; `known` where the box has counted those that it has. */
function addOwn(order: OpenOrder, { notes, payments, bills }: Done, known: boolean): void {
  const counts = ({ entry }: Standing) => !known || entry.state === "waiting";
  for (const note of notes.filter(counts)) bring(order, note.fields, 1);
  for (const { entry, fields } of payments.filter(counts)) {
    rowsOf(fields, "references").forEach((row, i) => {
      if (row.reference_name !== order.order) return;
      order.advances.push({
        reference_name: entry.id,
        reference_row: `${i + 1}`,
        open: row.allocated_amount ?? "0",
      });
      order.paid_ahead = `${number(order.paid_ahead).plus(number(row.allocated_amount ?? "0"))}`;
    });
  }
  for (const { fields } of bills.filter(counts)) bring(order, fields, 1);
}

/** Brings an order as far as a delivery note or a bill says; or, with -1, back from there. */
function bring(order: OpenOrder, fields: Fields, sense: 1 | -1): void {
  const by = (before: string, amount: string | undefined) => {
    const part = number(amount ?? "0");
    return `${number(before).plus(sense === 1 ? part : part.negated())}`;
  };
  for (const row of rowsOf(fields, "items")) {
    const line = order.items.find((line) => line.row === row.so_detail);
    if (!line) continue;
    const bills = row.sales_order === order.order;
    if (bills) line.billed = by(line.billed, row.qty);
    if (row.against_sales_order === order.order || (bills && fields.update_stock)) {
      line.delivered = by(line.delivered, row.qty);
    }
  }
  for (const used of rowsOf(fields, "advances")) {
    const advance = order.advances.find((row) => row.reference_name === used.reference_name);
    if (advance) advance.open = `${number(advance.open).minus(number(by("0", used.allocated_amount)))}`;
  }
}

/** Takes out what the box has counted of a document. An advance that it used up is open again, though the box does not tell of it. */
function takeOut(order: OpenOrder, { fields }: Standing): void {
  if (!rowsOf(fields, "items").some((row) => (row.sales_order ?? row.against_sales_order) === order.order)) return;
  for (const { reference_name = "", reference_row = null } of rowsOf(fields, "advances")) {
    const isSame = (row: OpenOrder["advances"][number]) => row.reference_name === reference_name;
    if (!order.advances.some(isSame)) order.advances.push({ reference_name, reference_row, open: "0" });
  }
  bring(order, fields, -1);
}

/** The rows of which something is to be delivered or billed still. */
export function left(order: Order): (OrderLine & { to_deliver: Decimal; to_bill: Decimal })[] {
  const of = order.items.map((line) => ({
    ...line,
    to_deliver: number(line.qty).minus(number(line.delivered)),
    to_bill: number(line.qty).minus(number(line.billed)),
  }));
  return of.filter((line) => line.to_deliver.isPositive() || line.to_bill.isPositive());
}

/** Money may still be paid ahead: something that costs anything is to be billed, which the box and the books ask for. */
export function takesAhead(order: Order): boolean {
  return left(order).some((line) => line.to_bill.isPositive() && !number(line.rate).isZero());
}

export function paidAheadOpen(order: Order): Decimal {
  return sum(order.advances.map((row) => number(row.open)));
}

/** What was paid ahead, and what of it no bill of this site can use up. */
export interface PaidAhead {
  here: Decimal;
  /** Paid at the office or another site. */
  elsewhere: Decimal;
  /** Paid elsewhere, or used up by earlier bills: nobody here knows which. */
  unclear: Decimal;
}

export function paidAhead(order: Order): PaidAhead {
  const here = paidAheadOpen(order);
  const more = max(number(order.paid_ahead).minus(here), Decimal.ZERO);
  const begun = order.items.some((line) => number(line.billed).isPositive());
  return begun ? { here, elsewhere: Decimal.ZERO, unclear: more } : { here, elsewhere: more, unclear: Decimal.ZERO };
}

/** What lines do to an order: those of which something is to be delivered, and those that a note has delivered and only a bill is due for. */
export function divide<L extends { row?: string }>(order: Order, lines: readonly L[]): { fresh: L[]; delivered: L[] } {
  const open = new Set(
    left(order)
      .filter((line) => line.to_deliver.isPositive())
      .map((line) => line.row),
  );
  const isFresh = (line: L) => open.has(line.row ?? "");
  return { fresh: lines.filter(isFresh), delivered: lines.filter((line) => !isFresh(line)) };
}
