import { expect, test } from "vitest";
import { lackingOfNew } from "./called";

test("a telephone number that a box refuses is said before it is sent", () => {
  const lacks = (mobile: string) => lackingOfNew("Customer", "Pak Joko", mobile);
  const fine = ["", " ", "+62 (812) 345-67#9*_", "0812,0813.0814", "7", "1".repeat(20), ` ${"1".repeat(20)} `];
  expect(fine.map(lacks)).toEqual(fine.map(() => null));
  const bad = ["1".repeat(21), "0812/0813", "0812 (Ibu)", "０８１２", "tel:0812"];
  expect(bad.map(lacks)).toEqual(bad.map(() => "mobile"));
});

test("so is a name that ERPNext lets nobody have", () => {
  const lacks = (called: string) => lackingOfNew("Item", called);
  expect(["A < B", "<b>", "Item", "New Item 2"].map(lacks)).toEqual(["marks", "marks", "called", "called"]);
  expect(["Items", "item", "Newer Item", "Customer", "A & B"].map(lacks)).toEqual([null, null, null, null, null]);
});
