import { expect, test } from "vitest";
import { Masters } from "../rows/masters";
import type { StoredRow } from "../store";
import { comesTo, type SoldTaxed } from "./refund";

const row = (table: string, name: string, row: object): StoredRow => ({ table, name, row: { ...row } });
const template = (name: string, tax_rate: string) =>
  row("item-tax-template", name, { name, taxes: [{ tax_type: "PPN", tax_rate }] });

/** Cloth is taxed at 11 %, from December on at 10 %. */
const masters = (eleven = "11") =>
  new Masters(
    [
      row("settings", "bandung", { site: "bandung", currency: "IDR" }),
      row("item", "CLOTH", {
        ...{ item_code: "CLOTH", item_name: "Cloth", stock_uom: "Meter" },
        taxes: [{ item_tax_template: "PPN 11" }, { item_tax_template: "PPN 10", valid_from: "2026-12-01" }],
      }),
      template("PPN 11", eleven),
      template("PPN 10", "10"),
    ],
    "bandung",
  );

const back = (sold: SoldTaxed, known = masters()) => {
  const line = { item_code: "CLOTH", item_name: "Cloth", uom: "Meter", qty: "1", rate: "100", row: "2" };
  return `${comesTo(sold, [line], {}, known)}`;
};
const taxed = (name: string, rate: string, rows: number[]) => ({
  item_taxes: [{ item_tax_template: name, taxes: [{ tax_type: "PPN", tax_rate: rate }], rows }],
});

test("what comes back is taxed as it was sold, whatever its item has by then", () => {
  expect([back({ day: "2026-11-30" }), back({ day: "2026-12-02" })]).toEqual(["111", "110"]);
  // By the box's word the row alone counts: somebody named another template, or none taxed it.
  const booked = taxed("PPN 11", "11", [2]);
  expect(back({ day: "2026-12-02", booked })).toBe("111");
  expect(back({ day: "2026-11-30", booked: taxed("PPN 11", "11", [1]) })).toBe("100");
  expect(back({ day: "2026-11-30", booked: {} })).toBe("100");
});

test("a template that has taxed a sale does so at its rates of now, as the box reckons it", () => {
  const sold = { day: "2026-11-30", booked: taxed("PPN 11", "11", [2]) };
  expect(back(sold, masters("12"))).toBe("112");
});
