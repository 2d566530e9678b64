// Totals, taxes and rounding to the cent as the box books them: the mirror of core/src/domain/totals, which is ERPNext's own reckoning.
//
// In: lines, rows of taxes, the rates that items have of their own, a discount, and how amounts are rounded. Out: what the screen and the
// receipt say, or which field breaks which rule (Invalid). Absent: prices, and whose taxes they are.

import { Decimal, pow10, sum } from "./decimal";
import { Fraction } from "./fraction";
import {
  counts,
  countsRounded,
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
const MAX_ADJUSTMENT = 5n;

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
  qty: Fraction;
  amount: Decimal;
  net: Decimal;
  own: Row[] | null;
}

interface Pass {
  netTotal: Decimal;
  taxes: Decimal[];
  adjustment: Decimal;
  grandTotal: Decimal;
  beforeRounding: Decimal;
}

interface Taken {
  discountAmount: Decimal;
  before: Decimal | null;
}

export function totals(sheet: Sheet): Totals {
  const digits = sheet.rounding.precision;
  const rows = readTaxes(sheet.taxes, digits);
  const lines = priced(sheet, digits, rows);
  withoutIncluded(lines, rows, digits);
  const total = sum(lines.map((line) => line.amount));
  const first = pass(lines, rows, total, null, digits);
  const discountAmount = discountOf(sheet.discount, first, digits);
  let last = first;
  if (!discountAmount.isZero()) {
    const onNet = sheet.discount?.onNet ?? false;
    shareOut(lines, discountAmount, sharedBy(first, rows, onNet), digits);
    last = pass(lines, rows, total, { discountAmount, before: onNet ? null : first.beforeRounding }, digits);
  }
  return {
    total,
    lines: lines.map((line) => line.net),
    netTotal: last.netTotal,
    discountAmount,
    taxes: last.taxes,
    adjustment: last.adjustment,
    grandTotal: last.grandTotal,
    payable: payable(last.grandTotal, sheet.rounding),
  };
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
    const qty = Fraction.of(line.qty.rounded(FLOAT_PRECISION));
    const amount = qty.times(Fraction.of(line.rate.rounded(digits))).rounded(digits);
    return { qty, amount, net: amount, own: rowsOfItem(rows, sheet.taxes, sheet.itemRates[i] ?? []) };
  });
}

/** Takes the taxes that prices contain out of the lines' net amounts. */
function withoutIncluded(lines: Line[], rows: readonly Row[], digits: number): void {
  if (!rows.some((row) => row.included)) return;
  const ofAll = contained(rows);
  for (const line of lines) {
    const { parts, each } = line.own ? contained(line.own) : ofAll;
    const whole = Fraction.ONE.plus(parts);
    if (whole.isZero()) throw new Invalid("taxes", "the rows in the prices take away all of them");
    line.net = Fraction.of(line.amount).minus(each.times(line.qty)).over(whole).rounded(digits);
  }
}

/** What prices contain beside the net amount: as a part of that, and as an amount for one. */
function contained(rows: readonly Row[]): { parts: Fraction; each: Fraction } {
  const parts: Fraction[] = [];
  const upTo: Fraction[] = [];
  let each = Fraction.ZERO;
  for (const { charge, included, sense } of rows) {
    let part = Fraction.ZERO;
    if (included) {
      if (charge.on === "net") part = charge.part;
      else if (charge.on === "row") part = charge.part.times(at(parts, charge.of));
      else if (charge.on === "total") part = charge.part.times(at(upTo, charge.of));
      else if (charge.on === "quantity") each = each.plus(counts(sense, charge.each));
    }
    part = counts(sense, part);
    upTo.push((upTo.at(-1) ?? Fraction.ONE).plus(part));
    parts.push(part);
  }
  return { parts: parts.reduce((a, b) => a.plus(b), Fraction.ZERO), each };
}

function at<T>(list: readonly T[], i: number): T {
  const found = list[i];
  if (found === undefined) throw new Error("invariant: a row means an earlier one");
  return found;
}

/** Reckons taxes on lines. `total` is the sum of the lines as priced. */
function pass(lines: Line[], rows: readonly Row[], total: Decimal, taken: Taken | null, digits: number): Pass {
  const netTotal = sum(lines.map((line) => line.net));
  const exact = taxesOn(lines, rows, netTotal);
  const rounded = exact.map((tax) => tax.rounded(digits));
  const counted = rows.map((row, i) => countsRounded(row.sense, at(rounded, i)));
  const taxed = netTotal.plus(sum(counted));
  const beforeRounding = rows.reduce(
    (amount, row, i) =>
      Fraction.of(amount)
        .plus(counts(row.sense, at(exact, i)))
        .rounded(digits),
    netTotal,
  );
  let adjustment = Decimal.ZERO;
  if (rows.some((row) => row.included)) {
    const onTop = sum(counted.filter((_, i) => !at(rows, i).included));
    const off = total
      .plus(onTop)
      .minus(taxed)
      .minus(taken?.discountAmount ?? Decimal.ZERO);
    if (off.abs().compare(new Decimal(MAX_ADJUSTMENT, digits)) <= 0) adjustment = off;
  } else if (taken?.before && rows.length > 0) {
    adjustment = taken.before.minus(taken.discountAmount).minus(taxed);
  }
  return { netTotal, taxes: rounded, adjustment, grandTotal: taxed.plus(adjustment), beforeRounding };
}

/** Each row's tax over all lines, not rounded. */
function taxesOn(lines: Line[], rows: readonly Row[], netTotal: Decimal): Fraction[] {
  const sums = rows.map(() => Fraction.ZERO);
  lines.forEach((line, n) => {
    const net = Fraction.of(line.net);
    const onLine: Fraction[] = [];
    const upTo: Fraction[] = [];
    (line.own ?? rows).forEach(({ charge, sense }, i) => {
      let tax: Fraction;
      if (charge.on === "net") tax = charge.part.times(net);
      else if (charge.on === "row") tax = charge.part.times(at(onLine, charge.of));
      else if (charge.on === "total") tax = charge.part.times(at(upTo, charge.of));
      else if (charge.on === "quantity") tax = charge.each.times(line.qty);
      else tax = share(charge.amount, net, netTotal, n === lines.length - 1);
      upTo.push((upTo.at(-1) ?? net).plus(counts(sense, tax)));
      onLine.push(tax);
      sums[i] = at(sums, i).plus(tax);
    });
  });
  return sums;
}

/** A line's share of an amount for the whole. Where the net total is nothing, the last line bears it. */
function share(amount: Decimal, net: Fraction, netTotal: Decimal, last: boolean): Fraction {
  if (netTotal.isZero()) return last ? Fraction.of(amount) : Fraction.ZERO;
  return Fraction.of(amount).times(net).over(Fraction.of(netTotal));
}

/** What is taken off. A return's is negative, as its total is. */
function discountOf(discount: Discount, first: Pass, digits: number): Decimal {
  if (!discount) return Decimal.ZERO;
  const of = discount.onNet ? first.netTotal : first.grandTotal;
  if ("percent" in discount) {
    if (discount.percent.isNegative() || discount.percent.compare(Decimal.of(100)) > 0) {
      throw new Invalid("additional_discount_percentage", "from 0 to 100");
    }
    return Fraction.percent(discount.percent).times(Fraction.of(of)).rounded(digits);
  }
  const amount = discount.amount.rounded(digits);
  const turned = amount.isNegative() !== of.isNegative();
  if (!amount.isZero() && (turned || amount.abs().compare(of.abs()) > 0)) {
    throw new Invalid("discount_amount", `between 0 and ${of}`);
  }
  return amount;
}

/** The sum by which a discount is shared out: what it is taken off, without what stays the same whatever is taken off. */
function sharedBy(first: Pass, rows: readonly Row[], onNet: boolean): Fraction {
  if (onNet || rows.length === 0) return Fraction.of(first.netTotal);
  const whole = first.beforeRounding.isZero() ? first.grandTotal : first.beforeRounding;
  const by = Fraction.of(whole).minus(fixed(first, rows));
  if (by.isZero()) throw new Invalid("discount_amount", "there is nothing but fixed charges to take it off");
  return by;
}

/** Taxes that do not follow the lines' net amounts, and the taxes on those: at the rates of the rows whatever the items have. */
function fixed(first: Pass, rows: readonly Row[]): Fraction {
  let all = Fraction.ZERO;
  const known: ({ amount: Fraction; upTo: Fraction } | null)[] = [];
  rows.forEach(({ charge, sense }, i) => {
    let amount: Fraction | null = null;
    if (charge.on === "actual" || charge.on === "quantity") amount = counts(sense, Fraction.of(at(first.taxes, i)));
    else if (charge.on === "row") amount = at(known, charge.of)?.amount.times(charge.part) ?? null;
    else if (charge.on === "total") amount = at(known, charge.of)?.upTo.times(charge.part) ?? null;
    if (amount) all = all.plus(amount);
    known.push(amount && { amount, upTo: all });
  });
  return all;
}

/** Takes the discount off the lines by their net amounts; what rounding would lose is put right where it grows to a whole unit. */
function shareOut(lines: Line[], discount: Decimal, by: Fraction, digits: number): void {
  const part = Fraction.of(discount).over(by);
  let exact = Fraction.ZERO;
  let done = Decimal.ZERO;
  for (const line of lines) {
    const net = Fraction.of(line.net).times(Fraction.ONE.minus(part));
    exact = exact.plus(net);
    const rounded = net.rounded(digits);
    const off = exact.minus(Fraction.of(done.plus(rounded))).rounded(digits);
    line.net = rounded.plus(off);
    done = done.plus(line.net);
  }
}

/** Rounds a grand total to what can be paid. Where that leaves nothing, it is owed as it stands. */
function payable(grandTotal: Decimal, { precision, smallest }: Rounding): Decimal {
  if (!smallest) return grandTotal;
  if (smallest.isNegative()) throw new Invalid("smallest_currency_fraction_value", "above zero, or 0");
  const rounded = (smallest.isZero() ? grandTotal.rounded(0) : toCoin(grandTotal, smallest)).rounded(precision);
  return rounded.isZero() ? grandTotal : rounded;
}

/** What is left over a coin goes up where it is more than half of one, else down, towards minus infinity. */
function toCoin(amount: Decimal, coin: Decimal): Decimal {
  const scale = Math.max(amount.scale, coin.scale);
  const digits = amount.digits * pow10(scale - amount.scale);
  const step = coin.digits * pow10(scale - coin.scale);
  const rest = ((digits % step) + step) % step;
  const below = digits - rest;
  return new Decimal(rest > step - rest ? below + step : below, scale);
}
