import { expect, test } from "vitest";
import { Decimal } from "../money/decimal";
import { Masters } from "../rows/masters";
import type { StoredRow } from "../store";
import type { GoodsLine } from "./documents";
import { type Billed, billed, boughtTotals, lackingOfBill } from "./new";

const row = (table: string, name: string, row: Record<string, unknown>): StoredRow => ({ table, name, row });
const vat = { charge_type: "On Net Total", account_head: "VAT", rate: "11" };
const masters = new Masters(
  [
    row("settings", "bandung", { site: "bandung", currency: "IDR", currency_precision: 0 }),
    row("item", "CLOTH", {
      item_code: "CLOTH",
      item_name: "Cloth",
      stock_uom: "Meter",
      taxes: [
        { item_tax_template: "Old", valid_from: "2026-01-01" },
        { item_tax_template: "New", valid_from: "2026-11-01" },
      ],
    }),
    row("item-tax-template", "Old", { name: "Old", taxes: [{ tax_type: "VAT", tax_rate: "5" }] }),
    row("item-tax-template", "New", { name: "New", taxes: [{ tax_type: "VAT", tax_rate: "11" }] }),
    row("item", "DYE", { item_code: "DYE", item_name: "Dye", stock_uom: "Meter", is_stock_item: 1, has_batch_no: 1 }),
    row("batch", "B1", { batch_id: "B1", item: "DYE", expiry_date: "2026-11-19" }),
    row("batch", "B2", { batch_id: "B2", item: "DYE", expiry_date: "2026-11-20" }),
    row("tax-template", "Buying", { name: "Buying", buying: 1, is_default: 1, taxes: [vat] }),
  ],
  "bandung",
);
const line: GoodsLine = { item_code: "CLOTH", item_name: "Cloth", uom: "Meter", qty: "2", rate: "50000" };
const none = { ...line, qty: "0", rate: "" };
const bill: Billed = { supplier: "Toko", bill_no: "B-1", lines: [line], paid: "", mode: "Cash" };
const when = { day: "2026-11-20", time: "09:00:00" };

test("a bill comes to what its goods cost with the taxes of its own day", () => {
  const payable = (day: string) => `${boughtTotals([line, none], masters, day)?.payable}`;
  expect([payable("2026-10-31"), payable("2026-11-20")]).toEqual(["105000", "111000"]);
  expect(boughtTotals([none], masters, when.day)).toBeNull();
});

test("a bill bears the date that is on it, and today's where nobody says another", () => {
  const dateOf = (to: Partial<Billed>) => billed({ ...bill, ...to }, masters, when).bill_date;
  expect(dateOf({})).toBe("2026-11-20");
  expect(dateOf({ bill_date: "2026-11-03" })).toBe("2026-11-03");
  expect(dateOf({ bill_date: "2026-11-03", bill_no: "" })).toBe("2026-11-03");
  expect(dateOf({ bill_no: "" })).toBeUndefined();
});

test("a bill of tomorrow, more than it comes to, and half a coin are not booked", () => {
  const lacks = (to: Partial<Billed>) => lackingOfBill({ ...bill, ...to }, Decimal.of(111000), when.day, masters);
  expect([lacks({ bill_date: "2026-11-21" }), lacks({ bill_date: "2026-11-20" })]).toEqual(["bill_date", null]);
  expect([lacks({ paid: "111001" }), lacks({ paid: "111000" })]).toEqual(["paid", null]);
  expect([lacks({ paid: "110999.5" }), lacks({ paid: "110999.0" })]).toEqual(["coins", null]);
});

test("a bill whose goods want a batch that is good today says so, and nothing of what is not bought", () => {
  const lacks = (to: Partial<GoodsLine>) => {
    const dye = { ...line, item_code: "DYE", item_name: "Dye", ...to };
    return lackingOfBill({ ...bill, lines: [line, dye] }, null, when.day, masters);
  };
  expect([lacks({}), lacks({ batch_no: "B1" }), lacks({ batch_no: "B2" })]).toEqual(["batch", "expired", null]);
  expect(lacks({ qty: "0" })).toBeNull();
});
