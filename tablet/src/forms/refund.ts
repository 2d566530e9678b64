// What comes back of a sale comes to, as the box reckons it: the mirror of core/src/domain/shop/admission/item_taxes.rs and money.rs.
//
// In: the sale, as far as it is known, and what comes back of it. Out: the amount, above zero. Absent: how it divides (owed.ts).

import { Decimal, kept } from "../money/decimal";
import { Invalid, type ItemTaxRate } from "../money/taxes";
import { discountIn, forReturn, totals } from "../money/totals";
import type { BookedTaxes } from "../print/paper";
import type { Masters } from "../rows/masters";
import { number } from "./cart";
import type { Returned, WholeDiscount } from "./documents";

/** How what comes back was taxed: as the box has booked the sale; where it is not asked, as its day was. */
export interface SoldTaxed {
  day: string;
  booked?: BookedTaxes | undefined;
}

type Line = Returned["lines"][number];

export function comesTo(sold: SoldTaxed, lines: readonly Line[], discount: WholeDiscount, masters: Masters): Decimal {
  if (lines.length === 0) return Decimal.ZERO;
  const itemRates = lines.map((line) => ratesBack(sold, line, masters));
  try {
    const reckon = () =>
      totals({
        lines: lines.map((line) => ({ qty: number(line.qty).negated(), rate: number(line.rate ?? "0") })),
        itemRates,
        taxes: forReturn(masters.taxesFor(itemRates, false)),
        discount: discountIn({ ...discount }),
        rounding: masters.rounding,
      });
    return kept(reckon)?.payable.negated() ?? Decimal.ZERO;
  } catch (error) {
    if (error instanceof Invalid) return Decimal.ZERO;
    throw error;
  }
}

/** By the template that has taxed the row, whatever its item has by now; at the rates that this template has now. */
function ratesBack({ day, booked }: SoldTaxed, { item_code, row }: Line, masters: Masters): readonly ItemTaxRate[] {
  if (!booked) return masters.itemRates(masters.get("item", item_code), day);
  const taxed = booked.item_taxes?.find(({ rows }) => rows.includes(Number(row)));
  if (!taxed) return [];
  return masters.get("item-tax-template", taxed.item_tax_template)?.taxes ?? taxed.taxes;
}
