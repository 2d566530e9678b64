import { expect, test } from "vitest";
import { Masters } from "../rows/masters";
import type { Item } from "../rows/types";
import { resolve } from "../scan/code";
import type { StoredRow } from "../store";
import { counted, type GoodsLine, receipt } from "./documents";
import { allInStockUnit, hasStrangeUnit, offered, put, withOffered } from "./goods";

const row = (table: string, name: string, row: Record<string, unknown>): StoredRow => ({ table, name, row });
const button = {
  item_code: "BUTTON",
  item_name: "Button",
  stock_uom: "Nos",
  uoms: [{ uom: "Box", conversion_factor: "144" }],
  barcodes: [{ barcode: "8990001" }, { barcode: "8990144", uom: "Box" }],
};
const iron = {
  item_code: "IRON",
  item_name: "Iron",
  stock_uom: "Nos",
  has_serial_no: 1,
  barcodes: [{ barcode: "08990000000028" }],
};
const masters = new Masters(
  [
    row("settings", "bandung", { site: "bandung", currency: "IDR" }),
    row("warehouse", "Store", { name: "Store", site: "bandung" }),
    row("item", "BUTTON", button),
    row("item", "IRON", iron),
  ],
  "bandung",
);
const when = { day: "2026-11-02", time: "09:00:00" };
const fresh = ({ item_code, item_name }: Item, uom: string): GoodsLine => ({ item_code, item_name, uom, qty: "0" });
const free = { adds: "1", byUnit: true, fresh };
const fixed = { adds: "1", byUnit: false, fresh: null };

/** The lines after these codes, one after the other; null where the last was not taken. */
function scanned(how: typeof free | typeof fixed, codes: string[], from: GoodsLine[] = []): GoodsLine[] | null {
  let lines: GoodsLine[] | null = from;
  for (const code of codes) {
    const found = resolve(code, masters);
    if (!found) throw new Error(`${code} is known`);
    lines = put(lines ?? [], found, how);
  }
  return lines;
}
const said = (lines: GoodsLine[] | null) => lines?.map(({ qty, uom }) => `${qty} ${uom}`);

test("a label of a box adds a box beside the pieces, and the supplier's receipt says so", () => {
  const lines = scanned(free, ["8990144", "8990001", "8990144"]) ?? [];
  expect(said(lines)).toEqual(["2 Box", "1 Nos"]);
  const priced = lines.map((line) => ({ ...line, rate: "100" }));
  const { items } = receipt({ supplier: "Toko", note: "", lines: priced }, masters, when) as {
    items: Record<string, string>[];
  };
  expect(items.map(({ qty, uom }) => [qty, uom])).toEqual([
    ["2", "Box"],
    ["1", "Nos"],
  ]);
});

test("a count of boxes and pieces is one row in the item's own unit", () => {
  const lines = scanned(free, ["8990144", "8990144", "8990001"]) ?? [];
  const stock = allInStockUnit(lines, masters) ?? [];
  expect(counted("Store", stock, when).items).toEqual([{ item_code: "BUTTON", qty: "289" }]);
  const [box] = lines as [GoodsLine];
  expect(allInStockUnit([{ ...box, qty: "99999999999" }], masters)).toBeNull();
});

test("a unit that the item is not kept in is said, and not counted as pieces", () => {
  const roll: GoodsLine = { item_code: "BUTTON", item_name: "Button", uom: "Roll", qty: "1" };
  expect([hasStrangeUnit([roll], masters), allInStockUnit([roll], masters)]).toEqual([true, null]);
  expect(hasStrangeUnit([{ ...roll, uom: "Box" }], masters)).toBe(false);
});

test("a box that is scanned into another document's line counts by how many of its unit it is", () => {
  const line: GoodsLine = { row: "1", item_code: "BUTTON", item_name: "Button", uom: "Nos", qty: "0" };
  expect(said(scanned(fixed, ["8990144", "8990001"], [line]))).toEqual(["145 Nos"]);
  const boxes = { ...line, uom: "Box" };
  expect(said(scanned(fixed, ["8990144"], [boxes]))).toEqual(["1 Box"]);
  // A piece is no exact part of a box, and what the document does not have is not added.
  expect(scanned(fixed, ["8990001"], [boxes])).toBeNull();
  expect(scanned(fixed, ["0108990000000028"], [line])).toBeNull();
});

test("pieces with numbers keep all of them, each once", () => {
  const piece = (serial: string) => `010899000000002821${serial}`;
  const lines = scanned(free, [piece("S1"), piece("S2"), piece("S1")]) ?? [];
  expect(lines.map((line) => [line.qty, line.serial_no])).toEqual([["2", "S1\nS2"]]);
});

test("a number names a piece that waits for one, and is one more beyond those", () => {
  const two: GoodsLine = { row: "1", item_code: "IRON", item_name: "Iron", uom: "Nos", qty: "2" };
  const piece = (serial: string) => `010899000000002821${serial}`;
  const named = scanned(fixed, [piece("S1"), piece("S2")], [two]) ?? [];
  expect(named.map((line) => [line.qty, line.serial_no])).toEqual([["2", "S1\nS2"]]);
  expect(scanned(fixed, [piece("S3")], named)?.map((line) => line.qty)).toEqual(["3"]);
});

test("the pieces that another document's row had are offered, until they are named", () => {
  const sold: GoodsLine = { row: "1", item_code: "IRON", item_name: "Iron", uom: "Nos", qty: "0", had: "S1\n S2\n" };
  expect(offered(sold)).toEqual(["S1", "S2"]);
  const one = withOffered(sold, "S2");
  expect([one.qty, one.serial_no, offered(one)]).toEqual(["1", "S2", ["S1"]]);
  // A quantity that was typed before waits for its numbers.
  expect(withOffered({ ...one, qty: "2" }, "S1")).toMatchObject({ qty: "2", serial_no: "S2\nS1" });
  expect(offered({ ...sold, serial_no: "S1\nS2" })).toEqual([]);
});

test("a label names the batch of a line that has its quantity from another document, and each one after it is one more", () => {
  const three: GoodsLine = { row: "1", item_code: "BUTTON", item_name: "Button", uom: "Nos", qty: "3", left: "3" };
  const piece = { item: button as Item, uom: "Nos", batch_no: "B1" };
  const scan = (line: GoodsLine, how: typeof free | typeof fixed = fixed) => put([line], piece, how) as [GoodsLine];
  const [named] = scan(three);
  expect([named.qty, named.batch_no]).toEqual(["3", "B1"]);
  expect(scan(named)[0].qty).toBe("4");
  // Nothing is there to be named, and what people count begins with the first label.
  expect(scan({ ...three, qty: "0" })[0]).toMatchObject({ qty: "1", batch_no: "B1" });
  expect(scan(three, free).map(({ qty, batch_no }) => [qty, batch_no])).toEqual([
    ["3", undefined],
    ["1", "B1"],
  ]);
});

test("a line keeps its key whatever is typed into it, and no two have the same", () => {
  const lines = scanned(free, ["8990001", "8990144"]) ?? [];
  const typed = lines.map((line) => ({ ...line, batch_no: "B", uom: "Nos" }));
  expect(typed.map((line) => line.key)).toEqual([1, 2]);
  const after = scanned(free, ["0108990000000028"], typed.slice(1)) ?? [];
  expect(after.map((line) => line.key)).toEqual([2, 3]);
});
