import { expect, test } from "vitest";
import type { Item } from "../rows/types";
import { weighed } from "./weigh";

const as = (weight: string, unit: string, wanted: string, item?: Partial<Item>, whole = false) =>
  weighed({ weight, unit }, wanted, { item_code: "X", item_name: "X", stock_uom: wanted, ...item }, whole);

test.each([
  ["1.25", "kg", "Kg", "1.25"],
  ["1.25", "kg", "Gram", "1250"],
  ["250", "g", "Kg", "0.25"],
  ["250", "g", "Tonne", "0.00025"],
  ["2", "lb", "Kg", "0.907185"],
  ["3", "ons", "Gram", "300"],
  ["1.250", "KG", " kg ", "1.25"],
])("%s %s is %s of it", (weight, unit, wanted, qty) => {
  expect(as(weight, unit, wanted)).toEqual({ qty });
});

test("what is counted in something else goes by the item's own units", () => {
  const cloth = { uoms: [{ uom: "Kg", conversion_factor: "4.5" }] };
  expect(as("2", "kg", "Meter", cloth)).toEqual({ qty: "9" });
  expect(as("500", "g", "Meter", cloth)).toEqual({ qty: "2.25" });
  const both = { uoms: [...cloth.uoms, { uom: "Gram", conversion_factor: "0.004" }] };
  expect(as("500", "g", "Meter", both)).toEqual({ qty: "2" });
});

test("what no way leads to is refused, and never guessed", () => {
  expect(as("2", "kg", "Meter")).toEqual({ why: "unit" });
  expect(as("2", "kg", "Meter", { uoms: [{ uom: "Roll", conversion_factor: "30" }] })).toEqual({ why: "unit" });
  expect(as("2", "ton", "Kg")).toEqual({ why: "unit" });
  expect(as("2", "constructor", "Kg")).toEqual({ why: "unit" });
  expect(as("999999999999", "t", "Milligram")).toEqual({ why: "unit" });
  expect(as("heavy", "kg", "Kg")).toEqual({ why: "unit" });
});

test("nothing, less than nothing, and less than can be counted are no quantity", () => {
  expect(as("0", "kg", "Kg")).toEqual({ why: "nothing" });
  expect(as("-0.003", "kg", "Kg")).toEqual({ why: "nothing" });
  expect(as("0.4", "mg", "Kg")).toEqual({ why: "nothing" });
  expect(as("1", "mg", "Kg")).toEqual({ qty: "0.000001" });
});

test("where only whole ones are counted, a part of one is refused", () => {
  const buttons = { uoms: [{ uom: "Gram", conversion_factor: "0.5" }] };
  expect(as("30", "g", "Nos", buttons, true)).toEqual({ qty: "15" });
  expect(as("31", "g", "Nos", buttons, true)).toEqual({ why: "whole" });
  expect(as("31", "g", "Nos", buttons, false)).toEqual({ qty: "15.5" });
});
