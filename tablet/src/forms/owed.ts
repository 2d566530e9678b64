// What is owed of a sale, and how a return divides: what is owed is taken off first, and only the rest is given back.
//
// In: a sale, this tablet's documents, the box's word where it could be asked. Out: amounts. Absent: what other tablets were paid while the box
// is out of reach.

import { Decimal, max, min, sum } from "../money/decimal";
import type { Entry } from "../outbox/entry";
import { number } from "./cart";
import { type Fields, fieldsOf, rowsOf, standing } from "./standing";

const amounts = (fields: Fields, rows: string, amount: string) =>
  sum(rowsOf(fields, rows).map((row) => number(row[amount] ?? "0")));

/** What of a sale is owed still, by itself and by this tablet's documents. `total`: what it comes to. */
export function owedOf(sale: string, total: Decimal, fields: Fields, entries: readonly Entry[]): Decimal {
  const change = number(String(fields.change_amount ?? "0"));
  const atOnce = amounts(fields, "payments", "amount").minus(change);
  const ahead = amounts(fields, "advances", "allocated_amount");
  const after = standing(entries, "payment-entry").flatMap(({ fields }) =>
    rowsOf(fields, "references")
      .filter((row) => row.reference_name === sale)
      .map((row) => number(row.allocated_amount ?? "0")),
  );
  const off = standing(entries, "sales-invoice")
    .filter(({ fields }) => fields.return_against === sale)
    .map(({ entry }) => takenOff(entry));
  return max(total.minus(atOnce).minus(ahead).minus(sum(after)).minus(sum(off)), Decimal.ZERO);
}

/** What a return has taken off its sale. */
export function takenOff(back: Entry): Decimal {
  const fields = fieldsOf(back);
  if (fields.update_outstanding_for_self !== 0) return Decimal.ZERO;
  return amounts(fields, "payments", "amount").minus(number(back.total ?? "0"));
}

/** `off`: what is taken off the sale. `given`: what is given back, if there is a way for it. */
export interface Divided {
  off: Decimal;
  given: Decimal;
}

export function divided(comesTo: Decimal, owed: Decimal): Divided {
  const off = min(comesTo, owed);
  return { off, given: comesTo.minus(off) };
}
