// How much of a Work Order is still to be made.
//
// In: the office's row, what the box has told, entries of the outbox. Out: what is left. Absent: what other tablets of the site made while the box
// is out of reach; it refuses what would go too far.

import type { OpenWorkOrder } from "../api-types";
import { Decimal, max } from "../money/decimal";
import type { Entry } from "../outbox/entry";
import type { Masters } from "../rows/masters";
import type { WorkOrder } from "../rows/types";
import { number } from "./cart";
import { type Fields, standing } from "./standing";

/** `told` are the orders that are open by the box's word; null where it has said nothing. */
export function leftToMake(
  order: WorkOrder,
  told: readonly OpenWorkOrder[] | null,
  entries: readonly Entry[],
  masters: Masters,
): Decimal {
  const made = told ? madeByBox(order, told) : madeElsewhere(order, masters);
  if (!made) return Decimal.ZERO;
  const mine = standing(entries, "stock-entry")
    .filter(({ entry }) => !told || entry.state === "waiting")
    .map(({ fields }) => madeWith(fields, order.name));
  const left = [made, ...mine].reduce((left, part) => left.minus(part), number(order.qty));
  return max(left, Decimal.ZERO);
}

/** By this site and all others; null where the box says that nothing is left. */
function madeByBox({ name }: WorkOrder, told: readonly OpenWorkOrder[]): Decimal | null {
  const open = told.find((row) => row.name === name);
  return open ? number(open.produced_qty).plus(number(open.produced_here)) : null;
}

/** By others, as far as the office has said. */
function madeElsewhere({ name, produced_qty }: WorkOrder, masters: Masters): Decimal {
  const sites = masters.doneElsewhere(name).map((site) => number(site.produced_qty ?? "0"));
  return sites.reduce((sum, made) => sum.plus(made), number(produced_qty ?? "0"));
}

function madeWith(fields: Fields, order: string): Decimal {
  const isOf = fields.work_order === order && fields.stock_entry_type === "Manufacture";
  return isOf ? number(String(fields.fg_completed_qty ?? "0")) : Decimal.ZERO;
}
