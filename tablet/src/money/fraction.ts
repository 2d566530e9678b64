// Fractions: what stands between two roundings, exact, where it is a page's own to share out. Absent: totals, which are reckoned with
// doubles as the books have them (double.ts).

import { Decimal, nearest, OutOfRange, pow10 } from "./decimal";

export class Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;

  private constructor(numerator: bigint, denominator: bigint) {
    if (denominator === 0n) throw new OutOfRange();
    const sign = denominator < 0n ? -1n : 1n;
    const shared = greatestCommon(numerator, denominator) * sign;
    this.numerator = numerator / shared;
    this.denominator = denominator / shared;
  }

  static readonly ZERO: Fraction = new Fraction(0n, 1n);
  static readonly ONE: Fraction = new Fraction(1n, 1n);

  static of(number: Decimal): Fraction {
    return new Fraction(number.digits, pow10(number.scale));
  }

  /** The hundredth part, for what is said in percent. */
  static percent(number: Decimal): Fraction {
    return new Fraction(number.digits, pow10(number.scale) * 100n);
  }

  isZero(): boolean {
    return this.numerator === 0n;
  }

  plus(other: Fraction): Fraction {
    const numerator = this.numerator * other.denominator + other.numerator * this.denominator;
    return new Fraction(numerator, this.denominator * other.denominator);
  }

  minus(other: Fraction): Fraction {
    return this.plus(other.negated());
  }

  negated(): Fraction {
    return new Fraction(-this.numerator, this.denominator);
  }

  times(other: Fraction): Fraction {
    return new Fraction(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  over(divisor: Fraction): Fraction {
    return new Fraction(this.numerator * divisor.denominator, this.denominator * divisor.numerator);
  }

  /** The decimal with `digits` after the point that is nearest; a half goes to the even neighbour. */
  rounded(digits: number): Decimal {
    return new Decimal(nearest(this.numerator * pow10(digits), this.denominator), digits);
  }
}

function greatestCommon(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}
