// Numbers as ERPNext reckons with them: doubles, rounded as Frappe rounds them. What is a half by the digits is a half here only as far as
// the doubles on the way have kept it one, and so it is in the books. The mirror of core/src/domain/totals/double.rs, to the last bit.

import { Decimal, MAX_SCALE, OutOfRange } from "./decimal";

/** From here on doubles are further apart than the twelfth digit after the point. */
const COARSE = 8192;

/** The double that is nearest to a decimal. */
export function double(number: Decimal): number {
  return Number(number.toString());
}

/** The decimal of a double that is rounded to `digits`. */
export function decimal(value: number, digits: number): Decimal {
  // The shortest text that means this double; else one with as many digits as asked for.
  const short = Decimal.read(String(value));
  const read = short ?? (Math.abs(value) < 1e21 ? Decimal.read(value.toFixed(digits)) : null);
  if (!read) throw new OutOfRange();
  return read.rounded(digits);
}

/** Rounded to `digits` after the point: a half goes to the even neighbour, and what is off one by no more than a double can be is one. */
export function rounded(value: number, digits: number): number {
  const unit = 10 ** Math.min(digits, MAX_SCALE);
  const scaled = toTwelve(value * unit);
  if (scaled === 0) return 0;
  const below = Math.floor(scaled);
  const part = scaled - below;
  const isHalf = Math.abs(part - 0.5) < Math.abs(scaled) * Number.EPSILON;
  const even = below % 2 === 0 ? below : below + 1;
  return (isHalf || part === 0.5 ? even : part < 0.5 ? below : below + 1) / unit;
}

/** What is left over whole `of`s, on the side of zero that `of` has, rounded to `digits`. */
export function leftOver(value: number, of: number, digits: number): number {
  const unit = 10 ** Math.min(digits, MAX_SCALE);
  const rest = (value * unit) % (of * unit);
  return rounded((rest !== 0 && rest < 0 !== of < 0 ? rest + of * unit : rest) / unit, digits);
}

/** Rounded to twelve digits after the point, before halves are looked at. */
function toTwelve(value: number): number {
  return Math.abs(value) < COARSE ? Number(value.toFixed(12)) : value;
}
