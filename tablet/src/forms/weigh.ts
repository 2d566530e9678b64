// What a scale says, as a quantity of an item.
//
// In: a weight with its unit, the unit that is wanted, the item's own units. Out: the quantity, or why there is none. Converted between units of
// mass, and by the item's own units where it is counted in something else (a metre of cloth weighs so much). Never guessed: a unit that is not
// known is refused. Absent: how old a weight is, and who taps (parts/scales.tsx).

import { Decimal } from "../money/decimal";
import type { Item } from "../rows/types";

/** `unit`: there is no way from the scale's to the wanted one. `nothing`: it shows zero, or less, or less than can be counted. `whole`: only whole
 * ones are counted. */
export type NoQty = "unit" | "nothing" | "whole";
export type Weighed = { qty: string } | { why: NoQty };

/** A quantity has at most so many digits after the point: a millionth of a unit is below what any scale tells. */
export const QTY_DIGITS = 6;

/** Grams of a unit, by the names that scales and ERPNext have for it. A ton is not among them: there are three. */
const GRAMS: Record<string, string> = Object.fromEntries(
  (
    [
      ["0.001", "mg milligram milligrams"],
      ["0.2", "ct carat carats"],
      ["1", "g gr gram grams gramme"],
      ["28.349523125", "oz ounce ounces"],
      ["100", "hg ons hectogram"],
      ["453.59237", "lb lbs pound pounds"],
      ["1000", "kg kgs kilo kilogram kilograms"],
      ["100000", "quintal"],
      ["1000000", "t tonne tonnes"],
    ] as const
  ).flatMap(([grams, names]) => names.split(" ").map((name) => [name, grams])),
);

const named = (unit: string) => unit.trim().toLowerCase();

function grams(unit: string): Decimal | null {
  const known = Object.hasOwn(GRAMS, named(unit)) ? GRAMS[named(unit)] : undefined;
  return known === undefined ? null : Decimal.from(known);
}

/** The weight in another unit; null where no way leads there. */
function inUnit(weight: Decimal, unit: string, wanted: string): Decimal | null {
  if (named(unit) === named(wanted)) return weight;
  const [from, to] = [grams(unit), grams(wanted)];
  return from && to ? weight.times(from).over(to, QTY_DIGITS) : null;
}

export function weighed(
  { weight, unit }: { weight: string; unit: string },
  wanted: string,
  item: Item | undefined,
  whole: boolean,
): Weighed {
  let qty: Decimal | null;
  try {
    const shown = Decimal.from(weight);
    qty = inUnit(shown, unit, wanted) ?? byItsUnits(shown, unit, wanted, item);
  } catch {
    // Further than the books can count.
    return { why: "unit" };
  }
  if (qty === null) return { why: "unit" };
  const rounded = qty.rounded(QTY_DIGITS);
  if (!rounded.isPositive()) return { why: "nothing" };
  if (whole && rounded.rounded(0).compare(rounded) !== 0) return { why: "whole" };
  return { qty: `${rounded}` };
}

/** One of the item's units is a mass, and says how much of its stock unit that is. */
function byItsUnits(weight: Decimal, unit: string, wanted: string, item: Item | undefined): Decimal | null {
  if (!item || named(item.stock_uom) !== named(wanted)) return null;
  const rows = item.uoms ?? [];
  // Its own unit first: another one is a rounding more.
  const same = (uom: string) => named(uom) === named(unit) || grams(uom)?.equals(grams(unit) ?? Decimal.ZERO);
  const ordered = [...rows.filter((row) => same(row.uom)), ...rows];
  for (const { uom, conversion_factor } of ordered) {
    const there = inUnit(weight, unit, uom);
    if (there) return there.times(Decimal.from(conversion_factor));
  }
  return null;
}
