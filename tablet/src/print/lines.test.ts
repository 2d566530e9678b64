import { expect, test } from "vitest";
import { t } from "../i18n";
import type { Entry } from "../outbox/entry";
import { Masters } from "../rows/masters";
import { linesOf } from "./lines";
import { handedOverFor } from "./paper";

const masters = new Masters(
  [
    {
      table: "settings",
      name: "bandung",
      row: { site: "bandung", company: "Tailor Works", currency: "IDR", smallest_currency_fraction_value: "0" },
    },
    { table: "item", name: "SHIRT", row: { item_code: "SHIRT", item_name: "Shirt", stock_uom: "Nos" } },
  ],
  "bandung",
);
const entry = {
  kind: "sales-invoice",
  number: "BDG-SI-A000001",
  day: "2026-11-02",
  user: "wati",
  total: "300000",
} as Entry;
const words = { kind: "Sale", party: "Bu Sari", money: (amount: unknown) => `Rp ${amount}`, copy: true };

test("the paper for the box's printer says what the receipt on the screen says", () => {
  const fields = {
    customer: "Bu Sari",
    posting_date: "2026-11-02",
    items: [{ item_code: "SHIRT", qty: "2", rate: "150000", description: "blue" }],
    payments: [{ mode_of_payment: "Cash", amount: "350000" }],
    change_amount: "100000",
  };
  const lines = linesOf(entry, fields, masters, words);
  expect(lines[0]).toMatchObject({ left: "Tailor Works", center: true });
  const said = lines.map((line) => `${line.left}|${line.right ?? ""}`);
  for (const wanted of [
    `${t("print.copy")}|`,
    "Sale BDG-SI-A000001|",
    "wati|",
    "Bu Sari|",
    "Shirt|",
    "  blue|",
    "  2 Nos × Rp 150000|Rp 300000",
    `${t("bill.total")}|Rp 300000`,
    "Cash|Rp 350000",
    `${t("pay.change")}|Rp 100000`,
  ]) {
    expect(said).toContain(wanted);
  }
  // Paid 250,000 of 300,000.
  expect(said.some((line) => line.endsWith("|Rp 50000"))).toBe(true);
});

test("a text is no longer than the box takes", () => {
  const fields = { items: [{ item_code: "é".repeat(300), qty: "1" }] };
  const lines = linesOf(entry, fields, masters, { ...words, copy: false });
  expect(Math.max(...lines.map((line) => Array.from(line.left).length))).toBe(200);
  expect(lines.some((line) => line.left === t("print.copy"))).toBe(false);
});

test("a bill with a deposit and its payment say each what was paid, handed over and given back", () => {
  const bill = {
    customer: "Bu Sari",
    posting_date: "2026-11-02",
    items: [{ item_code: "SHIRT", qty: "2", rate: "150000" }],
    advances: [{ reference_name: "0193", reference_row: "1", allocated_amount: "100000" }],
  };
  const paid = {
    ...{ party: "Bu Sari", posting_date: "2026-11-02", mode_of_payment: "Cash", paid_amount: "150000" },
    references: [{ reference_doctype: "Sales Invoice", reference_name: "0194", allocated_amount: "150000" }],
  };
  const payment = { ...entry, kind: "payment-entry", body: JSON.stringify(paid), total: "150000", given: "170000" };
  const said = (of: Entry, fields: Record<string, unknown>, payments: Entry[], pays: string[] = []) =>
    linesOf(of, fields, masters, { ...words, pays }, handedOverFor(of, fields, payments))
      .map(({ left, right }) => `${left}|${right}`)
      .filter((line) => line !== "|");
  expect(said(entry, bill, [payment]).slice(-5)).toEqual([
    `${t("bill.total")}|Rp 300000`,
    `${t("deliver.ahead")}|Rp 100000`,
    "Cash|Rp 170000",
    `${t("pay.change")}|Rp 20000`,
    `${t("pay.open")}|Rp 50000`,
  ]);
  // The box did not take the payment: then all but the deposit is on account.
  expect(said(entry, bill, []).slice(-3)).toEqual([
    `${t("bill.total")}|Rp 300000`,
    `${t("deliver.ahead")}|Rp 100000`,
    `${t("pay.open")}|Rp 200000`,
  ]);
  expect(said(payment, paid, [], ["Sale BDG-SI-A000001"]).slice(-5)).toEqual([
    "Bu Sari|",
    `${t("payment.for")}: Sale BDG-SI-A000001|`,
    `${t("bill.total")}|Rp 150000`,
    "Cash|Rp 170000",
    `${t("pay.change")}|Rp 20000`,
  ]);
});

test("a discount of a fixed amount is on paper too", () => {
  const fields = {
    items: [{ item_code: "SHIRT", qty: "2", rate: "150000" }],
    ...{ discount_amount: "30000", apply_discount_on: "Net Total" },
  };
  const { total: _, ...unbooked } = entry;
  const said = linesOf(unbooked, fields, masters, words).map(({ left, right }) => `${left}|${right ?? ""}`);
  expect(said).toContain(`${t("bill.discount")}|Rp -30000`);
  expect(said).toContain(`${t("bill.total")}|Rp 270000`);
});
