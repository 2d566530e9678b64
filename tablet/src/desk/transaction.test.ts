import { expect, test } from "vitest";
import { documentOf, type Form, lacks, total, usesFrom, usesTo } from "./transaction";

const FORM: Form = {
  id: "01936e5b-5a00-7000-8000-000000000001",
  kind: "stock-entry",
  move: "Material Transfer",
  party: "",
  day: "2026-11-02",
  from: "Main - TW",
  to: "Garut - TW",
  rows: [
    { item_code: " BTN-014 ", qty: "10", rate: "" },
    { item_code: "", qty: "", rate: "" },
  ],
  remarks: "",
  transit: false,
};

test("goods move without a price, and empty lines are not sent", () => {
  expect(documentOf(FORM)).toEqual({
    id: FORM.id,
    posting_date: "2026-11-02",
    stock_entry_type: "Material Transfer",
    from_warehouse: "Main - TW",
    to_warehouse: "Garut - TW",
    items: [{ item_code: "BTN-014", qty: "10" }],
  });
  const valued = [{ item_code: "A", qty: "1", rate: "5000" }];
  const receipt = documentOf({ ...FORM, move: "Material Receipt", rows: valued, transit: true });
  expect(receipt).not.toHaveProperty("from_warehouse");
  expect(receipt).not.toHaveProperty("add_to_transit");
  expect(receipt).toMatchObject({ items: [{ item_code: "A", qty: "1", basic_rate: "5000" }] });
  expect(documentOf({ ...FORM, transit: true })).toMatchObject({ add_to_transit: 1 });
  expect(documentOf({ ...FORM, move: "Material Issue" })).not.toHaveProperty("to_warehouse");
});

test("a sale names its customer, a receipt its supplier", () => {
  const rows = [{ item_code: "SHIRT", qty: "2", rate: "250000.50" }];
  const sale = { ...FORM, kind: "sales-invoice" as const, party: "Bu Sari", rows, remarks: " by telephone " };
  expect(documentOf(sale)).toEqual({
    id: FORM.id,
    posting_date: "2026-11-02",
    customer: "Bu Sari",
    set_warehouse: "Main - TW",
    update_stock: 1,
    items: [{ item_code: "SHIRT", qty: "2", rate: "250000.50" }],
    remarks: "by telephone",
  });
  expect(`${total(sale)}`).toBe("500001");
  const delivery = documentOf({ ...sale, kind: "delivery-note" });
  expect(delivery).not.toHaveProperty("update_stock");
  expect(delivery).toMatchObject({ instructions: "by telephone" });
  expect(documentOf({ ...sale, kind: "purchase-receipt" })).toMatchObject({
    supplier: "Bu Sari",
    set_warehouse: "Garut - TW",
  });
});

test("it says what is lacking before anybody is asked", () => {
  expect(lacks(FORM)).toBeNull();
  expect(lacks({ ...FORM, day: "" })).toBe("day");
  expect(lacks({ ...FORM, to: "Main - TW" })).toBe("same");
  expect(lacks({ ...FORM, to: "" })).toBe("to");
  expect(lacks({ ...FORM, from: "" })).toBe("from");
  expect(lacks({ ...FORM, kind: "delivery-note" })).toBe("party");
  expect(lacks({ ...FORM, rows: [] })).toBe("rows");
  for (const qty of ["", "0", "-1", "x"])
    expect(lacks({ ...FORM, rows: [{ item_code: "A", qty, rate: "" }] })).toBe("row");
});

test("goods go out of a warehouse, into one, or both", () => {
  const uses = (of: Pick<Form, "kind" | "move">) => [usesFrom(of), usesTo(of)];
  expect(uses({ kind: "stock-entry", move: "Material Transfer" })).toEqual([true, true]);
  expect(uses({ kind: "stock-entry", move: "Material Receipt" })).toEqual([false, true]);
  expect(uses({ kind: "stock-entry", move: "Material Issue" })).toEqual([true, false]);
  expect(uses({ kind: "sales-invoice", move: "Material Issue" })).toEqual([true, false]);
  expect(uses({ kind: "purchase-receipt", move: "Material Transfer" })).toEqual([false, true]);
});
