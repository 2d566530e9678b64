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

/** None of the amounts has more digits after the point than the currency: the box takes no part of its smallest coin. */
export function inCoins(amounts: readonly string[], precision: number): boolean {
  return amounts.every((amount) => number(amount).scale <= precision);
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

const RUPIAH = [1_000, 5_000, 10_000, 20_000, 50_000, 100_000];

/** Steps of a currency's notes. Where they are not known: such as are usual for amounts of that size. */
function steps(payable: Decimal, currency: string): Decimal[] {
  if (currency === "IDR") return RUPIAH.map(Decimal.of);
  const digits = `${payable.rounded(0)}`.length;
  const unit = 10 ** Math.min(Math.max(digits - 2, 0), 9);
  return [1, 5, 10, 20, 50, 100].map((step) => Decimal.of(step * unit));
}

/** Notes that somebody may hand over for an amount: the amount, and the next larger round ones. */
export function likelyNotes(payable: Decimal, currency: string): Decimal[] {
  const found: Decimal[] = [payable];
  for (const step of steps(payable, currency)) {
    const up = payable.over(step, 9);
    const whole = up.rounded(0).compare(up) < 0 ? up.rounded(0).plus(Decimal.of(1)) : up.rounded(0);
    const note = kept(() => whole.times(step));
    if (note && note.compare(payable) > 0 && !found.some((other) => other.equals(note))) found.push(note);
  }
  return found.slice(0, 4);
}
