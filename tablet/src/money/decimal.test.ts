import { expect, test } from "vitest";
import { Decimal, OutOfRange } from "./decimal";
import { Fraction } from "./fraction";

const n = Decimal.from;

test("one number has one form", () => {
  expect(["1.50", "-0", "007", "-0.10", "999999999999.999999999"].map((text) => n(text).toString())).toEqual([
    "1.5",
    "0",
    "7",
    "-0.1",
    "999999999999.999999999",
  ]);
});

test.each(["", "1,5", "NaN", "1 ", "--1", ".", "1e3", "0.0000000001", "1000000000000"])("%j is not taken", (text) => {
  expect(Decimal.read(text)).toBeNull();
});

test("a half is rounded to the even neighbour on both sides of zero", () => {
  const pairs = [
    ["0.125", "0.12"],
    ["0.135", "0.14"],
    ["0.1250001", "0.13"],
    ["1.005", "1"],
  ] as const;
  for (const [from, to] of pairs) {
    expect(`${n(from).rounded(2)}`).toBe(to);
    expect(`${n(from).negated().rounded(2)}`).toBe(`-${to}`);
  }
  expect(["0.5", "1.5", "-2.5"].map((text) => `${n(text).rounded(0)}`)).toEqual(["0", "2", "-2"]);
});

test("a quotient is rounded once", () => {
  expect(`${n("1").over(n("3"), 9)}`).toBe("0.333333333");
  expect(`${n("-3").over(n("8"), 2)}`).toBe("-0.38");
  expect(`${n("3").over(n("-0.8"), 1)}`).toBe("-3.8");
  expect(`${n("99999").over(n("1.11"), 2)}`).toBe("90089.19");
  expect(() => n("1").over(Decimal.ZERO, 2)).toThrow(OutOfRange);
});

test("what the books cannot keep is never wrong but refused", () => {
  expect(() => n("999999999999").times(n("2"))).toThrow(OutOfRange);
  expect(() => n("999999999999.5").rounded(0)).toThrow(OutOfRange);
});

test("thirds add up to one", () => {
  const third = Fraction.ONE.over(Fraction.of(n("3")));
  expect(`${third.plus(third).plus(third).rounded(9)}`).toBe("1");
});
