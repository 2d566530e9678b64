import { expect, test } from "vitest";
import { t } from "../i18n";
import type { Entry } from "../outbox/entry";
import { Masters } from "../rows/masters";
import { linesOf } from "./lines";
import { handedOverFor, type OfPaper, paperOf } from "./paper";

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

const printed = (of: Partial<OfPaper>, fields: Record<string, unknown>, from = masters) =>
  paperOf({ kind: "sales-invoice", day: "2026-11-02", ...of }, fields, from);
const sold = { customer: "Bu Sari", items: [{ item_code: "SHIRT", qty: "1.2345", rate: "45000" }] };

test("a line's amount is what the total counts of it", () => {
  const { lines, total } = printed({}, sold);
  expect([lines[0]?.amount, `${total}`]).toEqual(["55530", "55530"]);
});

test("nothing is owed of what is billed later", () => {
  const fields = { ...sold, posting_date: "2026-11-02" };
  expect([printed({}, fields).open, printed({ kind: "delivery-note" }, fields).open].map(String)).toEqual([
    "55530",
    "0",
  ]);
});

test("an old bill is printed with the taxes that it was booked with", () => {
  const tax = (rate: string) => ({
    charge_type: "On Net Total",
    account_head: "VAT",
    rate,
    description: `VAT ${rate}`,
  });
  const template = { name: "Sales", is_default: 1, taxes: [tax("12")] };
  const rows = [{ table: "tax-template", name: "Sales", row: template }];
  const now = new Masters(rows, "bandung");
  const fields = {
    customer: "Bu Sari",
    items: [
      { item_code: "SHIRT", qty: "1", rate: "100" },
      { item_code: "CLOTH", qty: "1", rate: "100" },
    ],
  };
  const taxes = (booked?: OfPaper["booked"]) =>
    printed({ booked }, fields, now).taxes.map(({ name, amount }) => `${name}: ${amount}`);
  expect(taxes()).toEqual(["VAT 12: 24"]);
  expect(taxes({ taxes: [tax("11")] })).toEqual(["VAT 11: 22"]);
  const item_taxes = [{ item_tax_template: "VAT 0", taxes: [{ tax_type: "VAT", tax_rate: "0" }], rows: [2] }];
  expect(taxes({ taxes: [tax("11")], item_taxes })).toEqual(["VAT 11: 11"]);
  expect(taxes({})).toEqual([]);
});
