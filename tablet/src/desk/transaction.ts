// A document that is made at the desk for a site's warehouse, as it is sent. Pure; what it is judged by is the office's.

import { Decimal } from "../money/decimal";

export const ENTERED = ["stock-entry", "sales-invoice", "delivery-note", "purchase-receipt"] as const;
export type Entered = (typeof ENTERED)[number];
export const MOVES = ["Material Receipt", "Material Issue", "Material Transfer"] as const;
export type Move = (typeof MOVES)[number];

export interface Row {
  item_code: string;
  qty: string;
  rate: string;
}

export interface Form {
  id: string;
  kind: Entered;
  move: Move;
  party: string;
  day: string;
  /** Out of, where it goes out of one. */
  from: string;
  /** Into, where it comes into one. */
  to: string;
  rows: Row[];
  remarks: string;
  /** The goods go to another site, by way of a warehouse of what is in transit. */
  transit: boolean;
}

export const EMPTY: Row = { item_code: "", qty: "", rate: "" };

export function usesParty(kind: Entered): "customer" | "supplier" | null {
  if (kind === "stock-entry") return null;
  return kind === "purchase-receipt" ? "supplier" : "customer";
}

export function usesFrom({ kind, move }: Pick<Form, "kind" | "move">): boolean {
  return kind === "stock-entry" ? move !== "Material Receipt" : kind !== "purchase-receipt";
}

export function usesTo({ kind, move }: Pick<Form, "kind" | "move">): boolean {
  return kind === "stock-entry" ? move !== "Material Issue" : kind === "purchase-receipt";
}

/** Goods that move within the company have no price; those that come into it may have a value. */
export function usesRate({ kind, move }: Pick<Form, "kind" | "move">): boolean {
  return kind !== "stock-entry" || move === "Material Receipt";
}

/** Lines of nothing are not sent. */
function items(form: Form): Record<string, string>[] {
  return written(form.rows).map(({ item_code, qty, rate }) => {
    const goods = { item_code: item_code.trim(), qty };
    if (!usesRate(form)) return goods;
    if (form.kind === "stock-entry") return rate === "" ? goods : { ...goods, basic_rate: rate };
    return { ...goods, rate: rate === "" ? "0" : rate };
  });
}

function written(rows: readonly Row[]): Row[] {
  return rows.filter(({ item_code, qty }) => item_code.trim() !== "" || qty !== "");
}

export function documentOf(form: Form): Record<string, unknown> {
  const { id, kind, move, day, from, to, party, remarks } = form;
  const common = {
    id,
    posting_date: day,
    items: items(form),
    // What a delivery calls its note.
    ...(remarks.trim() === "" ? {} : { [kind === "delivery-note" ? "instructions" : "remarks"]: remarks.trim() }),
  };
  switch (kind) {
    case "stock-entry":
      return {
        ...common,
        stock_entry_type: move,
        ...(usesFrom(form) ? { from_warehouse: from } : {}),
        ...(usesTo(form) ? { to_warehouse: to } : {}),
        ...(form.transit && move === "Material Transfer" ? { add_to_transit: 1 } : {}),
      };
    case "sales-invoice":
      return { ...common, customer: party, set_warehouse: from, update_stock: 1 };
    case "delivery-note":
      return { ...common, customer: party, set_warehouse: from };
    case "purchase-receipt":
      return { ...common, supplier: party, set_warehouse: to };
  }
}

export type Lack = "party" | "from" | "to" | "same" | "rows" | "row" | "day";

/** What has to be there before anybody is asked. */
export function lacks(form: Form): Lack | null {
  if (form.day === "") return "day";
  if (usesParty(form.kind) && form.party.trim() === "") return "party";
  if (usesFrom(form) && form.from.trim() === "") return "from";
  if (usesTo(form) && form.to.trim() === "") return "to";
  if (usesFrom(form) && usesTo(form) && form.from.trim() === form.to.trim()) return "same";
  const rows = written(form.rows);
  if (rows.length === 0) return "rows";
  const whole = rows.every(({ item_code, qty }) => item_code.trim() !== "" && Decimal.read(qty)?.isPositive());
  return whole ? null : "row";
}

/** What the lines come to, before taxes. */
export function total(form: Form): Decimal {
  let sum = Decimal.ZERO;
  for (const { qty, rate } of form.rows) {
    const [q, r] = [Decimal.read(qty), Decimal.read(rate)];
    if (q && r) sum = sum.plus(q.times(r));
  }
  return sum;
}
