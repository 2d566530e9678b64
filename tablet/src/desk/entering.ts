// What somebody at the office wants a site's box to record: the form, the document that it becomes, and where on it a refusal belongs. Pure.
//
// In: what was typed, exact. Out: a document by ERPNext's names, without a day: the box's own counts. Absent: whether the goods are there,
// which the box alone knows, and whose the warehouses are, which the office says.

import { ApiError } from "../errors";
import type { Transaction } from "./types";

/** Goods in, goods out, to another site by a transit warehouse, to a customer. */
export const WHATS = ["in", "out", "send", "deliver"] as const;
export type What = (typeof WHATS)[number];

export interface Row {
  /** Which it is, whatever line is taken away before it. */
  n: number;
  item: string;
  qty: string;
  /** What one is worth, or costs the customer. */
  rate: string;
}

export interface Form {
  site: string;
  what: What;
  warehouse: string;
  transit: string;
  customer: string;
  rows: readonly Row[];
}

export function newRow(rows: readonly Row[] = []): Row {
  return { n: Math.max(0, ...rows.map(({ n }) => n)) + 1, item: "", qty: "", rate: "" };
}

const isWritten = (row: Row) => `${row.item}${row.qty}${row.rate}`.trim() !== "";
export const hasRate = (what: What) => what === "in" || what === "deliver";

/** Whether all is said that its document has to say. What is half written is not left out. */
export function isComplete({ site, what, warehouse, transit, customer, rows }: Form): boolean {
  const written = rows.filter(isWritten);
  const said = [site, warehouse, what === "send" ? transit : "–", what === "deliver" ? customer : "–"];
  for (const row of written) said.push(row.item, row.qty, what === "deliver" ? row.rate : "–");
  return written.length > 0 && said.every((text) => text.trim() !== "");
}

export function documentOf(form: Form, id: string): { kind: string; document: Record<string, unknown> } {
  const { what } = form;
  const warehouse = form.warehouse.trim();
  const rateField = what === "deliver" ? "rate" : "basic_rate";
  const items = form.rows.filter(isWritten).map(({ item, qty, rate }) => ({
    item_code: item.trim(),
    qty,
    ...(hasRate(what) && rate !== "" ? { [rateField]: rate } : {}),
  }));
  const entry = (stock_entry_type: string, fields: object) => {
    return { kind: "stock-entry", document: { id, stock_entry_type, ...fields, items } };
  };
  switch (what) {
    case "in":
      return entry("Material Receipt", { to_warehouse: warehouse });
    case "out":
      return entry("Material Issue", { from_warehouse: warehouse });
    case "send": {
      const way = { from_warehouse: warehouse, to_warehouse: form.transit.trim() };
      return entry("Material Transfer", { add_to_transit: 1, ...way });
    }
    case "deliver": {
      const document = { id, customer: form.customer.trim(), set_warehouse: warehouse, items };
      return { kind: "delivery-note", document };
    }
  }
}

/** What a request is about, where the form has it; null where a program asked for something else. */
export function whatOf({ kind, fields }: Pick<Transaction, "kind" | "fields">): What | null {
  if (kind === "delivery-note") return "deliver";
  switch (fields?.stock_entry_type) {
    case "Material Receipt":
      return "in";
    case "Material Issue":
      return "out";
    case "Material Transfer":
      return fields.add_to_transit ? "send" : null;
    default:
      return null;
  }
}

export type RowSpot = "item" | "qty" | "rate";
export type Spot = "site" | "warehouse" | "transit" | "customer" | RowSpot;

export interface Fault {
  /** The field of the form that it is about; null where it is about none. */
  at: Spot | null;
  /** Of a line's field: which line. */
  row: number | null;
  rule: string;
  remedy: string;
  /** The box is not there, and can be asked all the same. */
  away: boolean;
  /** Something else has come under this id: it was sent before, and changed since. */
  known: boolean;
}

const SPOTS: Record<string, Spot> = {
  site: "site",
  from_warehouse: "warehouse",
  s_warehouse: "warehouse",
  set_warehouse: "warehouse",
  warehouse: "warehouse",
  to_warehouse: "transit",
  t_warehouse: "transit",
  customer: "customer",
  items: "item",
  item_code: "item",
  qty: "qty",
  rate: "rate",
  basic_rate: "rate",
};

/** `rule: items[0].qty: 0 is not above zero`, and without the code before it. */
const RULE = /^(?:[a-z_]+: )?((?:items\[(\d+)\])?\.?([a-z_]*)): ([\s\S]*)$/;

/** Where a refusal of the office belongs; null of what is none. */
export function faultOf(error: unknown, form: Form): Fault | null {
  if (!(error instanceof ApiError)) return null;
  const { status, input, message, remedy } = error;
  const found: Fault = { at: null, row: null, rule: message, remedy, away: false, known: false };
  if (status === 409 && input === "document.id") return { ...found, known: true };
  if (status !== 422 && status !== 404) return found;
  // The remedy names the field that asks for it.
  if (input === "site") return { ...found, at: "site", away: status === 422 && remedy.includes('"waits"') };
  const [, path = "", row, name = "", rule = message] = input?.startsWith("document") ? (RULE.exec(message) ?? []) : [];
  const spot = SPOTS[name === "" && path !== "" ? "items" : name];
  if (!spot) return found;
  const at = spot === "transit" && form.what !== "send" ? "warehouse" : spot;
  const isOfRow = ["item", "qty", "rate"].includes(at);
  // The document has the lines that were written, the form all of them.
  const lines = form.rows.flatMap((line, n) => (isWritten(line) ? [n] : []));
  return { ...found, at, row: isOfRow ? (lines[Number(row ?? 0)] ?? 0) : null, rule };
}
