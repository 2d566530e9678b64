// Totals, taxes and rounding to the cent as the box books them: the mirror of core/src/domain/totals, which is ERPNext's own reckoning.
//
// In: lines, rows of taxes, the rates that items have of their own, a discount, and how amounts are rounded. Out: what the screen and the
// receipt say, or which field breaks which rule (Invalid). Absent: prices, and whose taxes they are.

import { Decimal } from "./decimal";
import { decimal, double, leftOver, rounded } from "./double";
import {
  counts,
  FLOAT_PRECISION,
  Invalid,
  type ItemTaxRate,
  type Row,
  readTaxes,
  rowsOfItem,
  type TaxRule,
} from "./taxes";

export const MAX_LINES = 200;
/** How far, in the smallest unit, prices with taxes in them may be from net total and taxes for the grand total to follow the prices. */
const MAX_ADJUSTMENT = 5;

export interface SheetLine {
  qty: Decimal;
  rate: Decimal;
}

export type Discount = { percent: Decimal; onNet: boolean } | { amount: Decimal; onNet: boolean } | null;

/** The discount of the whole that a document's fields say. */
export function discountIn(fields: Record<string, unknown>): Discount {
  const read = (name: string) => Decimal.read(String(fields[name] ?? "0")) ?? Decimal.ZERO;
  const onNet = fields.apply_discount_on === "Net Total";
  const [percent, amount] = [read("additional_discount_percentage"), read("discount_amount")];
  if (!percent.isZero()) return { percent, onNet };
  return amount.isZero() ? null : { amount, onNet };
}

export interface Rounding {
  /** Digits after the point. */
  precision: number;
  /** The smallest coin of what is paid; zero rounds to whole units; null rounds nothing. */
  smallest: Decimal | null;
}

export interface Sheet {
  lines: readonly SheetLine[];
  taxes: readonly TaxRule[];
  /** For each line the rates of its item; empty where no item has any. */
  itemRates: readonly (readonly ItemTaxRate[])[];
  discount: Discount;
  rounding: Rounding;
}

export interface Totals {
  total: Decimal;
  lines: Decimal[];
  netTotal: Decimal;
  discountAmount: Decimal;
  taxes: Decimal[];
  adjustment: Decimal;
  grandTotal: Decimal;
  /** What is paid: the grand total, rounded to coins. */
  payable: Decimal;
}

interface Line {
  qty: number;
  amount: number;
  net: number;
  own: Row[] | null;
}

interface Pass {
  netTotal: number;
  taxes: number[];
  adjustment: number;
  grandTotal: number;
  beforeRounding: number;
}

interface Taken {
  discountAmount: number;
  /** What it was taken off; null where that was the net total. */
  before: number | null;
}

export function totals(sheet: Sheet): Totals {
  const digits = sheet.rounding.precision;
  const kept = (amount: number) => decimal(amount, digits);
  const rows = readTaxes(sheet.taxes, digits);
  const lines = priced(sheet, digits, rows);
  withoutIncluded(lines, rows, digits);
  const total = rounded(sum(lines.map((line) => line.amount)), digits);
  const first = pass(lines, rows, total, null, digits);
  kept(first.grandTotal);
  const discountAmount = discountOf(sheet.discount, first, digits);
  let last = first;
  if (discountAmount !== 0) {
    const onNet = sheet.discount?.onNet ?? false;
    shareOut(lines, discountAmount, sharedBy(first, rows, onNet), digits);
    last = pass(lines, rows, total, { discountAmount, before: onNet ? null : first.beforeRounding }, digits);
  }
  return {
    total: kept(total),
    lines: lines.map((line) => kept(line.net)),
    netTotal: kept(last.netTotal),
    discountAmount: kept(discountAmount),
    taxes: last.taxes.map(kept),
    adjustment: kept(last.adjustment),
    grandTotal: kept(last.grandTotal),
    payable: payable(last.grandTotal, sheet.rounding),
  };
}

/** What a line comes to as priced. */
export function lineAmount({ qty, rate }: SheetLine, digits: number): Decimal {
  return decimal(amountOf(double(qty), double(rate), digits), digits);
}

function amountOf(qty: number, rate: number, digits: number): number {
  return rounded(rounded(rate, digits) * rounded(qty, FLOAT_PRECISION), digits);
}

/** The rows of taxes for a return: an amount that was charged as such is given back. */
export function forReturn(taxes: readonly TaxRule[]): TaxRule[] {
  const turned = (tax: TaxRule): TaxRule =>
    tax.tax_amount === undefined ? tax : { ...tax, tax_amount: Decimal.from(tax.tax_amount).negated().toString() };
  return taxes.map(turned);
}

function priced(sheet: Sheet, digits: number, rows: readonly Row[]): Line[] {
  if (sheet.lines.length === 0 || sheet.lines.length > MAX_LINES) {
    throw new Invalid("items", `between 1 and ${MAX_LINES} rows`);
  }
  return sheet.lines.map((line, i) => {
    const amount = amountOf(double(line.qty), double(line.rate), digits);
    decimal(amount, digits);
    const own = rowsOfItem(rows, sheet.taxes, sheet.itemRates[i] ?? []);
    return { qty: rounded(double(line.qty), FLOAT_PRECISION), amount, net: amount, own };
  });
}

/** Takes the taxes that prices contain out of the lines' net amounts. */
function withoutIncluded(lines: Line[], rows: readonly Row[], digits: number): void {
  if (!rows.some((row) => row.included)) return;
  for (const line of lines) {
    const { parts, fixed } = contained(line.own ?? rows, line.qty);
    if (parts === 0 && fixed === 0) continue;
    const whole = 1 + parts;
    if (whole === 0) throw new Invalid("taxes", "the rows in the prices take away all of them");
    line.net = rounded((line.amount - fixed) / whole, digits);
    decimal(line.net, digits);
  }
}

/** What the price of a line contains beside the net amount: as a part of that, and as an amount. */
function contained(rows: readonly Row[], qty: number): { parts: number; fixed: number } {
  const parts: number[] = [];
  const upTo: number[] = [];
  let fixed = 0;
  for (const { charge, included, sense } of rows) {
    let part = 0;
    if (included) {
      if (charge.on === "net") part = charge.rate / 100;
      else if (charge.on === "row") part = (charge.rate / 100) * at(parts, charge.of);
      else if (charge.on === "total") part = (charge.rate / 100) * at(upTo, charge.of);
      else if (charge.on === "quantity") fixed += counts(sense, charge.each) * qty;
    }
    part = counts(sense, part);
    upTo.push((upTo.at(-1) ?? 1) + part);
    parts.push(part);
  }
  return { parts: sum(parts), fixed };
}

function at<T>(list: readonly T[], i: number): T {
  const found = list[i];
  if (found === undefined) throw new Error("invariant: a row means an earlier one");
  return found;
}

/** Reckons taxes on lines. `total` is the sum of the lines as priced. */
function pass(lines: Line[], rows: readonly Row[], total: number, taken: Taken | null, digits: number): Pass {
  const netTotal = rounded(sum(lines.map((line) => line.net)), digits);
  const exact = taxesOn(lines, rows, netTotal);
  const taxes = exact.map((tax) => rounded(tax, digits));
  const counted = (taxes: number[]) => rows.map((row, i) => counts(row.sense, at(taxes, i)));
  const withTaxes = (taxes: number[]) => counted(taxes).reduce((sum, tax) => rounded(sum + tax, digits), netTotal);
  const taxed = withTaxes(taxes);
  let adjustment = 0;
  if (rows.some((row) => row.included)) {
    const onTop = sum(counted(taxes).filter((_, i) => !at(rows, i).included));
    const off = rounded(total + onTop - taxed - (taken?.discountAmount ?? 0), digits);
    if (Math.abs(off) <= MAX_ADJUSTMENT / 10 ** digits) adjustment = off;
  } else if (taken && taken.before !== null && rows.length > 0) {
    adjustment = rounded(taken.before - taken.discountAmount - taxed, digits);
  }
  const grandTotal = rounded(taxed + adjustment, digits);
  return { netTotal, taxes, adjustment, grandTotal, beforeRounding: withTaxes(exact) };
}

/** Each row's tax over all lines, not rounded. */
function taxesOn(lines: Line[], rows: readonly Row[], netTotal: number): number[] {
  const sums = rows.map(() => 0);
  // What is left of an amount for the whole: the last line bears what sharing it out has lost.
  const left = rows.map(({ charge }) => (charge.on === "actual" ? charge.amount : 0));
  lines.forEach((line, n) => {
    const onLine: number[] = [];
    const upTo: number[] = [];
    (line.own ?? rows).forEach(({ charge, sense }, i) => {
      let tax: number;
      if (charge.on === "net") tax = (charge.rate / 100) * line.net;
      else if (charge.on === "row") tax = (charge.rate / 100) * at(onLine, charge.of);
      else if (charge.on === "total") tax = (charge.rate / 100) * at(upTo, charge.of);
      else if (charge.on === "quantity") tax = charge.each * line.qty;
      else {
        tax = netTotal === 0 ? 0 : (line.net * charge.amount) / netTotal;
        left[i] = at(left, i) - tax;
        if (n === lines.length - 1) tax += at(left, i);
      }
      upTo.push((upTo.at(-1) ?? line.net) + counts(sense, tax));
      onLine.push(tax);
      sums[i] = at(sums, i) + tax;
    });
  });
  return sums;
}

/** What is taken off. A return's is negative, as its total is. */
function discountOf(discount: Discount, first: Pass, digits: number): number {
  if (!discount) return 0;
  const of = discount.onNet ? first.netTotal : first.grandTotal;
  let amount: number;
  if ("percent" in discount) {
    if (discount.percent.isNegative() || discount.percent.compare(Decimal.of(100)) > 0) {
      throw new Invalid("additional_discount_percentage", "from 0 to 100");
    }
    amount = rounded((of * double(discount.percent)) / 100, digits);
  } else {
    amount = rounded(double(discount.amount), digits);
    const turned = amount < 0 !== of < 0;
    if (amount !== 0 && (turned || Math.abs(amount) > Math.abs(of))) {
      throw new Invalid("discount_amount", `between 0 and ${decimal(of, digits)}`);
    }
  }
  // Of a net total, where more is taken off for taxes than comes on top.
  if (Math.abs(amount) > Math.abs(first.grandTotal)) {
    const field = "percent" in discount ? "additional_discount_percentage" : "discount_amount";
    throw new Invalid(field, `no more than ${decimal(first.grandTotal, digits)}, the total with taxes`);
  }
  return amount;
}

/** The sum by which a discount is shared out: what it is taken off, without what stays the same whatever is taken off. */
function sharedBy(first: Pass, rows: readonly Row[], onNet: boolean): number {
  if (onNet || rows.length === 0) return first.netTotal;
  const by = first.beforeRounding - fixed(first, rows);
  if (by === 0) throw new Invalid("discount_amount", "there is nothing but fixed charges to take it off");
  return by;
}

/**
 * Taxes that do not follow the lines' net amounts, and the taxes on those: at the rates of the rows whatever the items have. What is in the
 * goods' value alone does not count itself, but a tax on it does.
 */
function fixed(first: Pass, rows: readonly Row[]): number {
  let all = 0;
  const known: ({ amount: number; upTo: number } | null)[] = [];
  rows.forEach(({ charge, sense, deducts }, i) => {
    let amount: number | null = null;
    if (charge.on === "actual" || charge.on === "quantity") amount = at(first.taxes, i);
    else if (charge.on === "row" || charge.on === "total") {
      const of = at(known, charge.of);
      amount = of && ((charge.on === "row" ? of.amount : of.upTo) * charge.rate) / 100;
    }
    if (amount !== null && deducts) amount = -amount;
    if (amount !== null && sense !== 0) all += amount;
    known.push(amount === null ? null : { amount, upTo: all });
  });
  return all;
}

/** Takes the discount off the lines by their net amounts; what rounding would lose is put right where it grows to a whole unit. */
function shareOut(lines: Line[], discount: number, by: number, digits: number): void {
  let exact = 0;
  let done = 0;
  for (const line of lines) {
    const net = line.net - (discount * line.net) / by;
    exact += net;
    line.net = rounded(net, digits);
    done += line.net;
    const off = rounded(exact - done, digits);
    if (off !== 0) {
      line.net = rounded(line.net + off, digits);
      done += off;
    }
  }
}

/** Added up from zero, in order. */
function sum(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

/** Rounds a grand total to what can be paid. Where that leaves nothing, it is owed as it stands. */
function payable(grandTotal: number, { precision, smallest }: Rounding): Decimal {
  if (!smallest) return decimal(grandTotal, precision);
  if (smallest.isNegative()) throw new Invalid("smallest_currency_fraction_value", "above zero, or 0");
  const whole = smallest.isZero() ? rounded(grandTotal, 0) : toCoin(grandTotal, double(smallest), precision);
  const amount = decimal(rounded(whole, precision), precision);
  return amount.isZero() ? decimal(grandTotal, precision) : amount;
}

/** What is left over a coin goes up where it is more than half of one, else down, towards minus infinity. */
function toCoin(amount: number, coin: number, digits: number): number {
  const rest = leftOver(amount, coin, digits);
  return rest > coin / 2 ? amount + (coin - rest) : amount - rest;
}
