// Exact decimals, as the box keeps them: at most nine digits after the point, below 10^12 in size.
//
// In: text like "12.50". Out: text in its one form ("12.5"), sums, products, quotients. Absent: floats; how people write numbers
// (i18n); what lies between two roundings (double.ts). The mirror of core/src/domain/decimal.rs.

export const MAX_SCALE = 9;
const MAX_WHOLE = 1_000_000_000_000n;

/** A number left the range that the books keep. */
export class OutOfRange extends Error {
  constructor() {
    super("the books cannot keep this number");
  }
}

/** What comes of it; null where the books cannot keep it. */
export function kept<T>(reckon: () => T): T | null {
  try {
    return reckon();
  } catch (error) {
    if (error instanceof OutOfRange) return null;
    throw error;
  }
}

export function pow10(power: number): bigint {
  return 10n ** BigInt(power);
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** The whole number nearest to a quotient; of two equally near ones the even one. */
export function nearest(numerator: bigint, denominator: bigint): bigint {
  const [n, d] = denominator < 0n ? [-numerator, -denominator] : [numerator, denominator];
  let below = n / d;
  let rest = n % d;
  if (rest < 0n) {
    below -= 1n;
    rest += d;
  }
  const twice = rest * 2n;
  return twice > d || (twice === d && below % 2n !== 0n) ? below + 1n : below;
}

export class Decimal {
  readonly digits: bigint;
  readonly scale: number;

  /** `digits` with `scale` of them after the point. Trailing zeros carry no meaning and are dropped. */
  constructor(digits: bigint, scale: number) {
    let [d, s] = [digits, scale];
    while (s > 0 && d % 10n === 0n) {
      d /= 10n;
      s -= 1;
    }
    if (s > MAX_SCALE || abs(d) >= MAX_WHOLE * pow10(s)) throw new OutOfRange();
    this.digits = d;
    this.scale = s;
  }

  static readonly ZERO: Decimal = new Decimal(0n, 0);

  static of(whole: number): Decimal {
    return new Decimal(BigInt(whole), 0);
  }

  /** Reads `-12.50`; nothing else, and null where the books cannot keep it. */
  static read(text: string): Decimal | null {
    const parts = /^([+-]?)(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text);
    if (!parts) return null;
    const after = parts[3] ?? "";
    const digits = BigInt(parts[2] + after);
    try {
      return new Decimal(parts[1] === "-" ? -digits : digits, after.length);
    } catch {
      return null;
    }
  }

  /** Reads what the box or the page itself has written: anything else is a mistake of ours. */
  static from(text: string): Decimal {
    const read = Decimal.read(text);
    if (!read) throw new OutOfRange();
    return read;
  }

  private at(scale: number): bigint {
    return this.digits * pow10(scale - this.scale);
  }

  plus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.at(scale) + other.at(scale), scale);
  }

  minus(other: Decimal): Decimal {
    return this.plus(other.negated());
  }

  times(other: Decimal): Decimal {
    return new Decimal(this.digits * other.digits, this.scale + other.scale);
  }

  /** The quotient, rounded once to `digits` after the point; a half goes to the even neighbour. */
  over(divisor: Decimal, digits: number): Decimal {
    if (divisor.isZero()) throw new OutOfRange();
    const numerator = this.digits * pow10(digits + divisor.scale);
    return new Decimal(nearest(numerator, divisor.digits * pow10(this.scale)), digits);
  }

  /** Rounded to `digits` after the point; a half goes to the even neighbour, on both sides of zero. */
  rounded(digits: number): Decimal {
    if (this.scale <= digits) return this;
    return new Decimal(nearest(this.digits, pow10(this.scale - digits)), digits);
  }

  negated(): Decimal {
    return new Decimal(-this.digits, this.scale);
  }

  abs(): Decimal {
    return new Decimal(abs(this.digits), this.scale);
  }

  compare(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale);
    const [mine, theirs] = [this.at(scale), other.at(scale)];
    return mine < theirs ? -1 : mine > theirs ? 1 : 0;
  }

  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  isZero(): boolean {
    return this.digits === 0n;
  }

  isNegative(): boolean {
    return this.digits < 0n;
  }

  isPositive(): boolean {
    return this.digits > 0n;
  }

  toString(): string {
    const text = abs(this.digits)
      .toString()
      .padStart(this.scale + 1, "0");
    const whole = text.slice(0, text.length - this.scale);
    const after = this.scale > 0 ? `.${text.slice(-this.scale)}` : "";
    return (this.isNegative() ? "-" : "") + whole + after;
  }

  toJSON(): string {
    return this.toString();
  }
}

export function sum(amounts: Iterable<Decimal>): Decimal {
  let total = Decimal.ZERO;
  for (const amount of amounts) total = total.plus(amount);
  return total;
}

export function max(a: Decimal, b: Decimal): Decimal {
  return a.compare(b) >= 0 ? a : b;
}

export function min(a: Decimal, b: Decimal): Decimal {
  return a.compare(b) <= 0 ? a : b;
}
