// Rows of taxes, read and checked: what each is a part of, of any item or of one with rates of its own.
// The mirror of core/src/domain/totals/rows.rs; a row that it refuses is refused here, by the same field.

import { Decimal } from "./decimal";
import { double, rounded } from "./double";

/** A row of `taxes`, with ERPNext's field names. */
export interface TaxRule {
  charge_type: string;
  account_head: string;
  rate?: string;
  tax_amount?: string;
  description?: string;
  included_in_print_rate?: boolean | number;
  row_id?: number;
  category?: string;
  add_deduct_tax?: string;
}

/** The rate of an item for the rows of taxes of one account. */
export interface ItemTaxRate {
  tax_type: string;
  tax_rate: string;
}

/** A field that breaks a rule. */
export class Invalid extends Error {
  readonly field: string;
  constructor(field: string, rule: string) {
    super(rule);
    this.field = field;
  }
}

export const MAX_TAXES = 30;
/** Digits after the point of quantities and rates of taxes: ERPNext's `float_precision`. */
export const FLOAT_PRECISION = 3;

/** `of` is the index of an earlier row, a `rate` so many percent. */
export type Charge =
  | { on: "net"; rate: number }
  | { on: "row"; rate: number; of: number }
  | { on: "total"; rate: number; of: number }
  | { on: "quantity"; each: number }
  | { on: "actual"; amount: number };

export type Sense = 1 | -1 | 0;

export interface Row {
  charge: Charge;
  included: boolean;
  /** 1 on top, -1 taken off, 0 in the goods' value alone. */
  sense: Sense;
  /** It is said to be taken off, whether it counts or not. */
  deducts: boolean;
}

/** What of an amount counts. */
export function counts(sense: Sense, amount: number): number {
  return sense === 1 ? amount : sense === -1 ? -amount : 0;
}

const number = (text: string | undefined): Decimal => Decimal.from(text ?? "0");

export function readTaxes(taxes: readonly TaxRule[], digits: number): Row[] {
  if (taxes.length > MAX_TAXES) throw new Invalid("taxes", `more than ${MAX_TAXES} rows`);
  const rows: Row[] = [];
  taxes.forEach((tax, i) => {
    const row = {
      charge: charge(tax, i, digits),
      included: !!tax.included_in_print_rate,
      sense: senseOf(tax, i),
      deducts: tax.add_deduct_tax === "Deduct",
    };
    rows.push(row);
    checkIncluded(rows, i);
  });
  return rows;
}

/** The rows as they are for an item with rates of its own; null where these change nothing. */
export function rowsOfItem(
  rows: readonly Row[],
  taxes: readonly TaxRule[],
  rates: readonly ItemTaxRate[],
): Row[] | null {
  let own: Row[] | null = null;
  taxes.forEach((tax, i) => {
    const rate = rates.filter((rate) => rate.tax_type === tax.account_head).at(-1);
    const row = rows[i];
    if (!rate || !row) return;
    own ??= [...rows];
    own[i] = { ...row, charge: atRate(row.charge, rounded(double(number(rate.tax_rate)), FLOAT_PRECISION)) };
  });
  return own;
}

function atRate(charge: Charge, rate: number): Charge {
  switch (charge.on) {
    case "quantity":
      return { on: "quantity", each: rate };
    case "actual":
      return charge;
    default:
      return { ...charge, rate };
  }
}

function charge(tax: TaxRule, i: number, digits: number): Charge {
  const rate = rounded(double(number(tax.rate)), FLOAT_PRECISION);
  const alone = (charge: Charge): Charge => {
    if (tax.row_id === undefined) return charge;
    throw new Invalid(`taxes[${i}].row_id`, `${tax.charge_type} takes none`);
  };
  switch (tax.charge_type) {
    case "On Net Total":
      return alone({ on: "net", rate });
    case "On Item Quantity":
      return { on: "quantity", each: rate };
    case "Actual":
      return alone({ on: "actual", amount: rounded(double(number(tax.tax_amount)), digits) });
    case "On Previous Row Amount":
      return { on: "row", rate, of: earlier(tax, i) };
    case "On Previous Row Total":
      return { on: "total", rate, of: earlier(tax, i) };
    default:
      throw new Invalid(`taxes[${i}].charge_type`, `${tax.charge_type} is not known`);
  }
}

function senseOf(tax: TaxRule, i: number): Sense {
  const category = tax.category ?? "Total";
  if (category === "Valuation") return 0;
  if (category !== "Total" && category !== "Valuation and Total") {
    throw new Invalid(`taxes[${i}].category`, `${category} is not known`);
  }
  const way = tax.add_deduct_tax ?? "Add";
  if (way !== "Add" && way !== "Deduct") throw new Invalid(`taxes[${i}].add_deduct_tax`, `${way} is not known`);
  return way === "Deduct" ? -1 : 1;
}

/** The index of the row that `row_id` means, from 1. */
function earlier(tax: TaxRule, i: number): number {
  const row = tax.row_id;
  if (row === undefined || !Number.isInteger(row) || row < 1 || row > i) {
    throw new Invalid(`taxes[${i}].row_id`, "name an earlier row by its number from 1");
  }
  return row - 1;
}

/** Whether a row that prices contain can be taken out of them: it has to be known from the price alone. */
function checkIncluded(rows: readonly Row[], i: number): void {
  const row = rows[i];
  if (!row?.included) return;
  const { charge } = row;
  const fits =
    row.sense !== 0 &&
    charge.on !== "actual" &&
    (charge.on !== "row" || rows[charge.of]?.included) &&
    (charge.on !== "total" || rows.slice(0, charge.of).every((row) => row.included));
  if (!fits) throw new Invalid(`taxes[${i}].included_in_print_rate`, "it cannot be in the prices: put it on top");
}
