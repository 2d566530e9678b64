import { expect, test } from "vitest";
import { Masters } from "../rows/masters";
import { type GoodsLine, manufacture } from "./documents";
import { lackingMade, type Making } from "./used";

const item = (item_code: string, more: object = {}) => ({
  ...{ table: "item", name: item_code },
  row: { item_code, item_name: item_code, stock_uom: "Meter", is_stock_item: 1, ...more },
});
const batch = (batch_id: string, expiry_date: string) => ({
  ...{ table: "batch", name: batch_id },
  row: { batch_id, item: "DYE", expiry_date },
});
const masters = new Masters(
  [
    { table: "uom", name: "Nos", row: { uom_name: "Nos", must_be_whole_number: 1 } },
    item("SHIRT", { stock_uom: "Nos" }),
    item("CLOTH"),
    item("DYE", { has_batch_no: 1 }),
    item("IRON", { has_serial_no: 1, stock_uom: "Nos" }),
    item("SEWING", { is_stock_item: 0 }),
    batch("OLD", "2026-11-01"),
    batch("NEW", "2026-11-02"),
  ],
  "bandung",
);
const line = (item_code: string, more: Partial<GoodsLine> = {}): GoodsLine => ({
  ...{ item_code, item_name: item_code, uom: "Meter", qty: "1" },
  ...more,
});
const order = {
  ...{ name: "WO", production_item: "DYE", bom_no: "BOM", qty: "10", fg_warehouse: "Shop" },
  required_items: [],
};
const when = { day: "2026-11-02", time: "10:00:00" };
const lacking = (of: Partial<Making>, product = "SHIRT") =>
  lackingMade({ what: "make", qty: "2", materials: [], scrap: [], ...of }, product, masters, "2026-11-02");

test.each(["make", "materials"] as const)("materials that the box would not take are said: %s", (what) => {
  const of = (...materials: GoodsLine[]) => lacking({ what, materials });
  expect(of(line("CLOTH"), line("DYE"))).toBe("batch");
  expect([of(line("DYE", { batch_no: "OLD" })), of(line("DYE", { batch_no: "NEW" }))]).toEqual(["expired", null]);
  expect([of(line("SEWING")), of(line("CLOTH", { qty: "0.0004" }))]).toEqual(["service", "too_little"]);
  // What is not used is not looked at.
  expect(of(line("CLOTH"), line("DYE", { qty: "0" }), line("SEWING", { qty: "" }))).toBeNull();
});

test("scrap is looked at where something is made, and comes with its batch", () => {
  const scrap = [line("DYE", { qty: "0.5" })];
  expect([lacking({ scrap }), lacking({ what: "materials", materials: [line("CLOTH")], scrap })]).toEqual([
    "batch",
    null,
  ]);
  const named = { qty: "2", materials: [], scrap: [line("DYE", { qty: "0.5", batch_no: "NEW" })] };
  expect(lacking(named)).toBeNull();
  const fields = manufacture(order, named, when);
  expect(fields.items).toContainEqual({
    ...{ item_code: "DYE", qty: "0.5", t_warehouse: "Shop", is_scrap_item: 1 },
    batch_no: "NEW",
  });
});

test("half a shirt is not made, nor one of nothing", () => {
  expect([lacking({ qty: "" }), lacking({ qty: "1.5" }), lacking({})]).toEqual(["qty", "whole", null]);
  expect(lacking({ what: "materials" })).toBe("goods");
});

test("what is made says its batch, and the number of each of its pieces", () => {
  const none = { qty: "2", materials: [], scrap: [] };
  const piece = { batch_no: "NEW" };
  expect([lacking({}, "DYE"), lacking({ piece: { batch_no: "OLD" } }, "DYE"), lacking({ piece }, "DYE")]).toEqual([
    ...["batch", "expired"],
    null,
  ]);
  expect([lacking({ piece: { serial_no: "1" } }, "IRON"), lacking({ piece: { serial_no: "1\n2" } }, "IRON")]).toEqual([
    "serials",
    null,
  ]);
  const finished = { item_code: "DYE", qty: "2", t_warehouse: "Shop", is_finished_item: 1 };
  expect(manufacture(order, none, when).items).toEqual([finished]);
  expect(manufacture(order, { ...none, piece }, when).items).toEqual([{ ...finished, ...piece }]);
  // Materials that go to where it is made are there before it is.
  expect(lacking({ what: "materials", materials: [line("CLOTH")] }, "DYE")).toBeNull();
});
