import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import type { RowsPage } from "../api-types";
import { lineOf } from "../forms/cart";
import type { Entry } from "../outbox/entry";
import { openStore, type StoredRow } from "../store";
import { codeMadeBy, madeHere } from "./made";
import { Masters } from "./masters";
import { Rows } from "./sync";

const row = (table: string, name: string, row: Record<string, unknown>): StoredRow => ({ table, name, row });

const shirt = {
  item_code: "SHIRT",
  item_name: "Shirt",
  stock_uom: "Nos",
  barcodes: [{ barcode: "899" }, { barcode: "1899", uom: "Box" }],
  uoms: [{ uom: "Box", conversion_factor: "12" }],
};

const price = (rate: string, more = {}) => ({
  item_code: "SHIRT",
  price_list: "Selling",
  uom: "Nos",
  price_list_rate: rate,
  ...more,
});

test("a barcode names an item and a unit, and an item in use before one that is not", () => {
  const masters = new Masters(
    [row("item", "OLD", { ...shirt, item_code: "OLD", disabled: 1 }), row("item", "SHIRT", shirt)],
    "bandung",
  );
  expect(masters.itemOfBarcode("899")?.item.item_code).toBe("SHIRT");
  expect(masters.itemOfBarcode("1899")?.uom).toBe("Box");
  expect(masters.itemOfBarcode("7")).toBeUndefined();
});

test("the price is the latest that has begun, and that of a larger unit is made from it", () => {
  const masters = new Masters(
    [
      row("item", "SHIRT", shirt),
      row("item-price", "b", price("165000", { valid_from: "2027-01-01" })),
      row("item-price", "a", price("150000")),
    ],
    "bandung",
  );
  const item = masters.items()[0];
  if (!item) throw new Error("no item");
  expect(`${masters.price(item, "Selling", "Nos", "2026-12-31")}`).toBe("150000");
  expect(`${masters.price(item, "Selling", "Nos", "2027-01-01")}`).toBe("165000");
  expect(`${masters.price(item, "Selling", "Box", "2026-12-31")}`).toBe("1800000");
  expect(masters.price(item, "Buying", "Nos", "2026-12-31")).toBeNull();
});

test("a variant without a price has that of what it is a variant of", () => {
  const small = { ...shirt, item_code: "SHIRT-S", variant_of: "SHIRT" };
  const rows = [row("item", "SHIRT-S", small), row("item-price", "a", price("150000"))];
  const masters = new Masters(rows, "bandung");
  expect(`${masters.price(small, "Selling", "Nos", "2026-12-31")}`).toBe("150000");
  expect(`${masters.price(small, "Selling", "Box", "2026-12-31")}`).toBe("1800000");
  const own = new Masters([...rows, row("item-price", "b", { ...price("90000"), item_code: "SHIRT-S" })], "bandung");
  expect(`${own.price(small, "Selling", "Box", "2026-12-31")}`).toBe("1080000");
});

test("an item's own tax template of the day counts, the latest that has begun before those without a day", () => {
  const taxes = [
    { item_tax_template: "Always" },
    { item_tax_template: "January", valid_from: "2026-01-01" },
    { item_tax_template: "Export", valid_from: "2026-06-01", tax_category: "Abroad" },
  ];
  const named = (name: string) => row("item-tax-template", name, { name, taxes: [{ tax_type: name, tax_rate: "1" }] });
  const masters = new Masters([named("Always"), named("January"), named("Export")], "bandung");
  const on = (day: string) => masters.itemRates({ ...shirt, taxes }, day)[0]?.tax_type;
  expect([on("2025-12-31"), on("2026-01-01"), on("2026-06-01")]).toEqual(["Always", "January", "January"]);
});

test("of several companies a mode has the account of the site's, and an item the tax template of it", () => {
  const settings = (site: string, company: string) => row("settings", site, { site, company, currency: "IDR" });
  const accounts = [
    { company: "Cutter Works", default_account: "Cash - CW" },
    { company: "Tailor Works", default_account: "Cash - TW" },
  ];
  const mode = (name: string, fields: object) =>
    row("mode-of-payment", name, { mode_of_payment: name, default_account: "Cash - TW", ...fields });
  const named = (name: string) => row("item-tax-template", name, { name, taxes: [{ tax_type: name, tax_rate: "1" }] });
  const taxes = [
    { item_tax_template: "Tailor's", company: "Tailor Works" },
    { item_tax_template: "Cutter's", company: "Cutter Works" },
  ];
  const at = (company: string) =>
    new Masters(
      [settings("solo", company), mode("Cash", { accounts }), mode("Bank", {}), named("Tailor's"), named("Cutter's")],
      "solo",
    );
  const told = (company: string) => {
    const masters = at(company);
    return [
      masters.accountOf("Cash"),
      masters.accountOf("Bank"),
      masters.itemRates({ ...shirt, taxes }, "2026-11-20")[0]?.tax_type,
    ];
  };
  expect(told("Cutter Works")).toEqual(["Cash - CW", "Cash - TW", "Cutter's"]);
  expect(told("Tailor Works")).toEqual(["Cash - TW", "Cash - TW", "Tailor's"]);
  expect(told("Weaver Works")).toEqual([undefined, "Cash - TW", undefined]);
});

test("it takes making and submitting of one and the same role", () => {
  const permission = (role: string, deeds: object) => row("permission", role, { role, document: "Customer", ...deeds });
  const masters = new Masters(
    [
      row("user", "wati", { name: "wati", full_name: "Wati" }),
      permission("Maker", { create: 1 }),
      permission("Submitter", { submit: 1 }),
      permission("Both", { create: 1, submit: 1 }),
    ],
    "bandung",
  );
  expect(masters.may("submit", "Customer", ["Maker", "Submitter"])).toBe(false);
  expect(masters.may("submit", "Customer", ["Both"])).toBe(true);
  expect(new Masters([], "bandung").may("submit", "Customer", [])).toBe(true);
});

const page = (rows: RowsPage["rows"], more: Partial<RowsPage>): RowsPage => ({
  reset: false,
  rows,
  cursor: "g.1",
  more: false,
  complete: true,
  ...more,
});

test("what another tab has taken is read from the disk, though the box has nothing newer, or does not answer", async () => {
  const store = await openStore("rows-tabs");
  const [one, two] = [new Rows(store, "bandung"), new Rows(store, "bandung")];
  const item = (rate: string) => ({ table: "item", name: "SHIRT", row: { ...shirt, item_name: rate } });
  const names = (rows: Rows) => rows.masters.value.items().map((item) => item.item_name);
  await one.update(async () => page([item("yesterday's")], { reset: true }));
  await two.open();
  await one.update(async () => page([item("today's")], { cursor: "g.2" }));
  const asked: (string | null)[] = [];
  await two.update(async (after) => {
    asked.push(after);
    return page([], { cursor: "g.2" });
  });
  expect([asked, names(two)]).toEqual([["g.2"], ["today's"]]);
  await one.update(async () => page([item("tonight's")], { cursor: "g.3" }));
  await expect(two.update(() => Promise.reject(new Error("no box")))).rejects.toThrow("no box");
  expect(names(two)).toEqual(["tonight's"]);
});

test("where nothing has changed, the rows are not read again", async () => {
  const rows = new Rows(await openStore("rows-same"), "bandung");
  await rows.update(async () => page([{ table: "item", name: "SHIRT", row: shirt }], { reset: true }));
  const before = rows.masters.value;
  await rows.update(async () => page([], { cursor: "g.2" }));
  await rows.update(async () => page([], { cursor: "g.2" }));
  expect(rows.masters.value).toBe(before);
});

test("rows stay over a reload, deletions go, and a reset replaces all of them at once", async () => {
  const store = await openStore("rows-test");
  const rows = new Rows(store, "bandung");
  const asked: (string | null)[] = [];
  const answer = (pages: RowsPage[]) => async (after: string | null) => {
    asked.push(after);
    const next = pages.shift();
    if (!next) throw new Error("asked too often");
    return next;
  };
  const item = (name: string) => ({ table: "item", name, row: { ...shirt, item_code: name } });
  await rows.update(answer([page([item("A")], { more: true, reset: true }), page([item("B")], { cursor: "g.2" })]));
  expect(rows.masters.value.items().map((item) => item.item_code)).toEqual(["A", "B"]);
  await rows.update(answer([page([{ table: "item", name: "A", row: null }], { cursor: "g.3" })]));
  const reloaded = new Rows(store, "bandung");
  await reloaded.open();
  expect(reloaded.masters.value.items().map((item) => item.item_code)).toEqual(["B"]);
  const broken = [page([item("C")], { more: true, reset: true, cursor: "h.1" })];
  await expect(reloaded.update(answer(broken))).rejects.toThrow();
  expect(reloaded.masters.value.items().map((item) => item.item_code)).toEqual(["B"]);
  await reloaded.update(answer([page([item("C")], { reset: true, cursor: "h.1" })]));
  expect(reloaded.masters.value.items().map((item) => item.item_code)).toEqual(["C"]);
  expect(asked).toEqual([null, "g.1", "g.2", "g.3", "h.1", "g.3"]);
});

test("an item that was made here is sold at its price until the office has it, and then at the office's", () => {
  const fields = { item_code: "BELT", item_name: "Belt", stock_uom: "Nos", is_stock_item: 1, standard_rate: "50000" };
  const entry = (state: string, more = {}) =>
    ({
      id: state,
      kind: "item",
      body: JSON.stringify({ ...fields, barcodes: [{ barcode: "899" }] }),
      state,
      ...more,
    }) as Entry;
  expect(madeHere([entry("refused"), entry("saved", { cancelledElsewhere: true })])).toEqual([]);
  const items = madeHere([entry("waiting")]);
  const before = new Masters([], "bandung").making(items).saying([]);
  const belt = before.get("item", "BELT");
  expect([before.items().length, before.itemOfBarcode("899")?.item.item_name, belt?.item_name]).toEqual([
    1,
    "Belt",
    "Belt",
  ]);
  expect(belt && lineOf(belt, before, "2026-11-02")).toMatchObject({ list: null, price: "50000", uom: "Nos" });
  const row = { item_code: "BELT", item_name: "Leather belt", stock_uom: "Nos" };
  const after = new Masters([{ table: "item", name: "BELT", row }], "bandung").making(items);
  expect(after.items().map((item) => item.item_name)).toEqual(["Leather belt"]);
  expect(codeMadeBy(entry("saved"))).toBe("BELT");
});
