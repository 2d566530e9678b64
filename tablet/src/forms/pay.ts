// How a sale is paid: by one or several modes, in part, not at all; and what is given back.
//
// In: what it comes to, and what was handed over. Out: rows of `payments` with cash last, `change_amount`, what stays open; or what is wrong.

import { Decimal, kept, min, sum } from "../money/decimal";
import { number } from "./cart";

export interface Tendered {
  mode_of_payment: string;
  amount: string;
  cash: boolean;
}

export interface Settled {
  payments: { mode_of_payment: string; amount: string }[];
  change: Decimal;
  /** What is left on the customer's account. */
  open: Decimal;
}

/** More was paid by other modes than it comes to: only cash has change. */
export class TooMuch extends Error {}

export function settle(payable: Decimal, tendered: readonly Tendered[]): Settled {
  const paid = tendered.filter((row) => number(row.amount).isPositive());
  const ordered = [...paid.filter((row) => !row.cash), ...paid.filter((row) => row.cash)];
  const total = kept(() => sum(ordered.map((row) => number(row.amount))));
  if (!total) throw new TooMuch();
  const over = total.minus(payable);
  const change = over.isPositive() ? over : Decimal.ZERO;
  const last = ordered.at(-1);
  if (change.isPositive() && !(last?.cash && change.compare(number(last.amount)) < 0)) throw new TooMuch();
  return {
    payments: ordered.map((row) => ({ mode_of_payment: row.mode_of_payment, amount: `${number(row.amount)}` })),
    change,
    open: payable.minus(min(total, payable)),
  };
}

/** Notes that somebody may hand over for an amount: the amount, and the next larger round ones. */
export function likelyNotes(payable: Decimal): Decimal[] {
  const found: Decimal[] = [payable];
  for (const step of [1_000, 5_000, 10_000, 20_000, 50_000, 100_000].map(Decimal.of)) {
    const up = payable.over(step, 9);
    const whole = up.rounded(0).compare(up) < 0 ? up.rounded(0).plus(Decimal.of(1)) : up.rounded(0);
    const note = kept(() => whole.times(step));
    if (note && note.compare(payable) > 0 && !found.some((other) => other.equals(note))) found.push(note);
  }
  return found.slice(0, 4);
}
