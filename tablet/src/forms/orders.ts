// Open orders as this tablet knows them, with or without a line: the office's rows, what other sites did by its word, its own documents, and,
// where the box could be asked, its word.
//
// In: rows, entries of the outbox, the box's answer. Out: orders with what is left of each row and what was paid ahead. Absent: what other tablets
// did while the box is out of reach; it refuses what would go too far.

import type { Order, OrderLine } from "../api-types";
import { Decimal, sum } from "../money/decimal";
import type { Entry } from "../outbox/entry";
import { paperOf } from "../print/paper";
import type { Masters } from "../rows/masters";
import type { SalesOrderRow } from "../rows/types";
import { number } from "./cart";

type Fields = Record<string, unknown>;
type Row = Record<string, string | undefined>;

export interface OpenOrder extends Order {
  /** Of the whole, in percent: the bill has it as well. */
  percent: string;
}

const rows = (fields: Fields, name: string): Row[] => (fields[name] as Row[] | undefined) ?? [];

/** Documents of this tablet that stand: neither refused nor taken back. */
function standing(entries: readonly Entry[], kind: string): { entry: Entry; fields: Fields }[] {
  const gone = new Set(
    entries.filter((entry) => entry.cancels && entry.state !== "refused").map((entry) => entry.cancels),
  );
  return entries
    .filter((entry) => entry.kind === kind && entry.state !== "refused" && !gone.has(entry.id))
    .map((entry) => ({ entry, fields: JSON.parse(entry.body) as Fields }));
}

export function openOrders(masters: Masters, entries: readonly Entry[], asked: readonly Order[] | null): OpenOrder[] {
  const found = new Map<string, OpenOrder>();
  for (const order of asked ?? []) found.set(order.order, { ...order, percent: percentOf(order) });
  const own = standing(entries, "sales-order");
  for (const row of masters.all("sales-order")) if (!found.has(row.order)) found.set(row.order, ofRow(row));
  // What the box has told of has this tablet's documents in it, as far as the box has them.
  const known = new Set((asked ?? []).map((order) => order.order));
  for (const { entry, fields } of own) if (!found.has(entry.id)) found.set(entry.id, ofEntry(entry, fields, masters));
  for (const order of found.values()) {
    if (!known.has(order.order)) addOthers(order, masters);
    addOwn(order, entries, known.has(order.order));
  }
  return [...found.values()].filter((order) => left(order).length > 0);
}

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
  const total = paperOf(fields, masters, entry.day, entry.total).total ?? Decimal.ZERO;
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
    items: rows(fields, "items").map((row, i) => ({
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
function addOwn(order: OpenOrder, entries: readonly Entry[], known: boolean): void {
  const counts = ({ entry }: { entry: Entry }) => !known || entry.state === "waiting";
  const add = (rowName: string | undefined, what: "delivered" | "billed", qty: string | undefined) => {
    const line = order.items.find((line) => line.row === rowName);
    if (line) line[what] = `${number(line[what]).plus(number(qty ?? "0"))}`;
  };
  order.items = order.items.map((line) => ({ ...line }));
  order.advances = order.advances.map((row) => ({ ...row }));
  for (const { fields } of standing(entries, "delivery-note").filter(counts)) {
    for (const row of rows(fields, "items"))
      if (row.against_sales_order === order.order) add(row.so_detail, "delivered", row.qty);
  }
  for (const { entry, fields } of standing(entries, "payment-entry").filter(counts)) {
    rows(fields, "references").forEach((row, i) => {
      if (row.reference_name !== order.order) return;
      order.advances.push({
        reference_name: entry.id,
        reference_row: `${i + 1}`,
        open: row.allocated_amount ?? "0",
      });
      order.paid_ahead = `${number(order.paid_ahead).plus(number(row.allocated_amount ?? "0"))}`;
    });
  }
  for (const { fields } of standing(entries, "sales-invoice").filter(counts)) {
    if (fields.is_return) continue;
    for (const row of rows(fields, "items")) {
      if (row.sales_order !== order.order) continue;
      add(row.so_detail, "billed", row.qty);
      if (fields.update_stock) add(row.so_detail, "delivered", row.qty);
    }
    for (const used of rows(fields, "advances")) {
      const advance = order.advances.find((row) => row.reference_name === used.reference_name);
      if (advance) advance.open = `${number(advance.open).minus(number(used.allocated_amount ?? "0"))}`;
    }
  }
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

export function paidAheadOpen(order: Order): Decimal {
  return sum(order.advances.map((row) => number(row.open)));
}
