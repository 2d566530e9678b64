import { expect, test } from "vitest";
import { formOf, MAX_ROWS, partsOf } from "./count";
import type { GoodsLine } from "./documents";

const line = (item_code: string, more: Partial<GoodsLine> = {}): GoodsLine => {
  return { item_code, item_name: item_code, uom: "Nos", qty: "1", ...more };
};
const many = (n: number) => Array.from({ length: n }, (_, i) => line(`ITEM-${i}`));
const sizes = (lines: GoodsLine[]) => partsOf(lines).map((part) => part.length);

test("a count that one document takes is one, and a longer one is several", () => {
  expect([sizes([]), sizes(many(MAX_ROWS)), sizes(many(MAX_ROWS + 1))]).toEqual([[], [200], [200, 1]]);
  const all = partsOf(many(450)).flat();
  expect(new Set(all.map((line) => line.item_code)).size).toBe(450);
});

test("what is counted of an item by batches is in one document, for it is all that there is of it", () => {
  const lines = [line("CLOTH", { batch_no: "A" }), ...many(MAX_ROWS - 1), line("CLOTH", { batch_no: "B" })];
  const parts = partsOf(lines);
  expect(parts.map((part) => part.filter((line) => line.item_code === "CLOTH").length)).toEqual([2, 0]);
});

test("boxes and pieces of an item are one row", () => {
  expect(sizes([line("BUTTON", { uom: "Box" }), ...many(MAX_ROWS - 1), line("BUTTON")])).toEqual([MAX_ROWS + 1]);
});

test("a count of several documents is told from another by the lines of all of them", () => {
  const more = [...many(MAX_ROWS), line("LATE")];
  const other = [...many(MAX_ROWS), line("LATE", { qty: "2" })];
  expect(formOf("Store", more)).toEqual(formOf("Store", [...more]));
  expect(formOf("Store", more)).not.toEqual(formOf("Store", other));
  expect(formOf("Store", more).lines.length).toBe(MAX_ROWS);
  expect(formOf("Store", many(2))).toEqual({ warehouse: "Store", lines: many(2) });
});
