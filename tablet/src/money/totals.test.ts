// The figures that core/src/domain/totals/tests holds the box to: recorded against ERPNext, or worked by hand.

import { expect, test } from "vitest";
import { Decimal } from "./decimal";
import { Invalid, type ItemTaxRate, type TaxRule } from "./taxes";
import { type Discount, forReturn, lineAmount, MAX_LINES, type Rounding, type Sheet, totals } from "./totals";

const n = Decimal.from;
const ACCOUNT = "PPN Keluaran - TW";
const LUXURY = "PPnBM - TW";
const RUPIAH: Rounding = { precision: 2, smallest: Decimal.ZERO };

const tax = (charge_type: string, rate: string, more: Partial<TaxRule> = {}): TaxRule => ({
  charge_type,
  account_head: ACCOUNT,
  rate,
  ...more,
});
const included = (type: string, rate: string, more = {}) => tax(type, rate, { included_in_print_rate: true, ...more });
const onRow = (type: string, rate: string, row_id: number, more = {}) => tax(type, rate, { row_id, ...more });
const actual = (tax_amount: string) => tax("Actual", "0", { tax_amount });
const percent = (text: string, onNet = false): Discount => ({ percent: n(text), onNet });
const amount = (text: string, onNet = false): Discount => ({ amount: n(text), onNet });
const rates = (...of: [string, string][]): ItemTaxRate[] => of.map(([tax_type, tax_rate]) => ({ tax_type, tax_rate }));

type Line = [qty: string, rate: string, own?: ItemTaxRate[]];

function sheet(lines: Line[], taxes: TaxRule[] = [], discount: Discount = null, rounding = RUPIAH): Sheet {
  return {
    lines: lines.map(([qty, rate]) => ({ qty: n(qty), rate: n(rate) })),
    itemRates: lines.map(([, , own]) => own ?? []),
    taxes,
    discount,
    rounding,
  };
}

/** Net total, taxes, grand total, payable. */
function figures(of: Sheet): unknown[] {
  const found = totals(of);
  return [`${found.netTotal}`, found.taxes.map(String), `${found.grandTotal}`, `${found.payable}`];
}

function broken(of: Sheet): string {
  try {
    totals(of);
  } catch (error) {
    if (error instanceof Invalid) return error.field;
    throw error;
  }
  return "nothing";
}

test("what was recorded comes out the same", () => {
  const inPrice = [included("On Net Total", "11")];
  expect(figures(sheet([["3", "33333"]], inPrice))).toEqual(["90089.19", ["9909.81"], "99999", "99999"]);
  const onTop = [tax("On Net Total", "11")];
  expect(figures(sheet([["1", "150000"]], onTop, percent("10")))).toEqual(["135000", ["14850"], "149850", "149850"]);
  expect(`${totals(sheet([["1", "150000"]], onTop, percent("10"))).discountAmount}`).toBe("16650");
  expect(figures(sheet([["7", "1000.55"]]))).toEqual(["7003.85", [], "7003.85", "7004"]);
  expect(figures(sheet([["3", "11100"]], inPrice))).toEqual(["30000", ["3300"], "33300", "33300"]);
  expect(figures(sheet([["-1", "11100"]], inPrice))).toEqual(["-10000", ["-1100"], "-11100", "-11100"]);
});

test("a tax may be a part of an earlier row or of all up to it", () => {
  const rows = [
    tax("On Net Total", "10"),
    onRow("On Previous Row Amount", "5", 1),
    onRow("On Previous Row Total", "2", 2),
  ];
  expect(figures(sheet([["4", "250"]], rows))).toEqual(["1000", ["100", "5", "22.1"], "1127.1", "1127"]);
  const both = [included("On Net Total", "10"), included("On Previous Row Total", "10", { row_id: 1 })];
  expect(figures(sheet([["1", "121"]], both))).toEqual(["100", ["10", "11"], "121", "121"]);
});

test("a tax on quantity and a fixed charge do not follow the price", () => {
  const rows = [tax("On Item Quantity", "1.5"), actual("20000")];
  const lines: Line[] = [
    ["2", "100"],
    ["3", "200"],
  ];
  expect(figures(sheet(lines, rows))).toEqual(["800", ["7.5", "20000"], "20807.5", "20808"]);
  const inside = [included("On Item Quantity", "5"), included("On Net Total", "10")];
  expect(figures(sheet([["2", "60"]], inside))).toEqual(["100", ["10", "10"], "120", "120"]);
});

test("the grand total follows prices with taxes in them, up to five of the smallest unit", () => {
  const rows = [included("On Net Total", "11")];
  const of = (count: number) => totals(sheet(Array<Line>(count).fill(["1", "0.05"]), rows));
  expect([of(4).netTotal, of(4).taxes[0], of(4).adjustment].map(String)).toEqual(["0.2", "0.02", "-0.02"]);
  expect([of(9).adjustment, of(9).grandTotal].map(String)).toEqual(["-0.05", "0.45"]);
  expect([of(11).adjustment, of(11).grandTotal].map(String)).toEqual(["0", "0.61"]);
});

test("a discount is shared out over the lines without losing a cent", () => {
  const found = totals(sheet(Array<Line>(3).fill(["1", "10"]), [], amount("10")));
  expect(found.lines.map(String)).toEqual(["6.67", "6.66", "6.67"]);
  expect([found.total, found.netTotal, found.grandTotal].map(String)).toEqual(["30", "20", "20"]);
  const net = totals(sheet([["1", "1000"]], [tax("On Net Total", "11")], percent("10", true)));
  expect([net.discountAmount, net.netTotal, net.grandTotal].map(String)).toEqual(["100", "900", "999"]);
});

test("a discount leaves fixed charges as they are, and is refused where there is nothing else", () => {
  const rows = [tax("On Net Total", "10"), actual("50"), onRow("On Previous Row Amount", "10", 2)];
  expect(figures(sheet([["1", "1000"]], rows, amount("110")))).toEqual(["900", ["90", "50", "5"], "1045", "1045"]);
  expect(broken(sheet([["1", "0"]], [actual("50")], amount("10")))).toBe("discount_amount");
  expect(broken(sheet([["1", "100"]], [], percent("100.1")))).toBe("additional_discount_percentage");
  expect(broken(sheet([["1", "100"]], [], amount("100.01")))).toBe("discount_amount");
  expect(broken(sheet([["-1", "100"]], [], amount("10")))).toBe("discount_amount");
  expect(figures(sheet([["1", "100"]], [], percent("100")))[3]).toBe("0");
  expect(`${totals(sheet([["-1", "100"]], [], amount("-10"))).grandTotal}`).toBe("-90");
});

test.each([
  ["7003.85", "1", "100", "7000"],
  ["7050", "1", "100", "7000"],
  ["7050.01", "1", "100", "7100"],
  ["1.02", "1", "0.05", "1"],
  ["1.03", "1", "0.05", "1.05"],
  ["7050", "-1", "100", "-7100"],
  ["2.5", "1", "0", "2"],
  ["3.5", "1", "0", "4"],
  ["2.5", "-1", "0", "-2"],
])("%s times %s in coins of %s is paid with %s", (rate, qty, coin, paid) => {
  expect(`${totals(sheet([[qty, rate]], [], null, { precision: 2, smallest: n(coin) })).payable}`).toBe(paid);
});

test("what rounds to nothing is owed as it stands, and nothing is rounded where the office says so", () => {
  expect(figures(sheet([["1", "0.4"]]))).toEqual(["0.4", [], "0.4", "0.4"]);
  expect(`${totals(sheet([["7", "1000.55"]], [], null, { precision: 2, smallest: null })).payable}`).toBe("7003.85");
});

test("quantities and rates are rounded before they are multiplied", () => {
  expect(figures(sheet([["1.2345", "10.005"]]))[0]).toBe("12.34");
});

test("a return gives back what was charged as such", () => {
  const rows = [tax("On Net Total", "10"), actual("50")];
  const sold = totals(sheet([["2", "100"]], rows));
  const back = totals(sheet([["-2", "100"]], forReturn(rows)));
  expect(`${back.grandTotal}`).toBe(`${sold.grandTotal.negated()}`);
  expect(back.taxes.map(String)).toEqual(["-20", "-50"]);
});

test("an item's rate counts instead of that of the row", () => {
  const [none, half] = [rates([ACCOUNT, "0"]), rates([ACCOUNT, "5.5"])];
  const lines: Line[] = [
    ["1", "1000"],
    ["5", "100", none],
    ["2", "100", half],
  ];
  expect(figures(sheet(lines, [tax("On Net Total", "11")]))).toEqual(["1700", ["121"], "1821", "1821"]);
  const inPrice: Line[] = [
    ["1", "111"],
    ["1", "100", none],
    ["2", "105", rates([ACCOUNT, "5"])],
  ];
  expect(figures(sheet(inPrice, [included("On Net Total", "11")]))).toEqual(["400", ["21"], "421", "421"]);
});

test("an item's rate counts in a tax on taxes, on quantity, and in the price", () => {
  const dear = rates([LUXURY, "20"]);
  const luxury = { account_head: LUXURY };
  const rows = [tax("On Net Total", "10"), onRow("On Previous Row Total", "5", 1, luxury)];
  const lines: Line[] = [
    ["1", "1000", dear],
    ["1", "100"],
  ];
  expect(figures(sheet(lines, rows))).toEqual(["1100", ["110", "225.5"], "1435.5", "1436"]);
  const inside = [included("On Net Total", "10"), included("On Previous Row Total", "5", { row_id: 1, ...luxury })];
  expect(figures(sheet([["1", "132", dear]], inside))).toEqual(["100", ["10", "22"], "132", "132"]);
  const own = rates([ACCOUNT, "2.5"]);
  const quantity: Line[] = [
    ["3", "100", own],
    ["2", "100"],
  ];
  expect(figures(sheet(quantity, [tax("On Item Quantity", "1"), actual("60")]))).toEqual([
    "500",
    ["9.5", "60"],
    "569.5",
    "570",
  ]);
});

test("a discount is shared out by the rates of the rows", () => {
  const rows = [actual("50"), onRow("On Previous Row Amount", "10", 1, { account_head: LUXURY })];
  const of = sheet([["1", "1000", rates([LUXURY, "20"])]], rows, amount("100.5"));
  expect(figures(of)).toEqual(["900", ["50", "10"], "959.5", "960"]);
  expect(`${totals(of).adjustment}`).toBe("-0.5");
});

test("of a purchase one row may be taken off and another be in the goods' value alone", () => {
  const off = { add_deduct_tax: "Deduct", category: "Total" };
  const rows = [
    tax("On Net Total", "11"),
    tax("On Net Total", "2", off),
    { ...actual("50"), category: "Valuation" },
    onRow("On Previous Row Total", "10", 2),
  ];
  expect(figures(sheet([["10", "100"]], rows))).toEqual(["1000", ["110", "20", "50", "109"], "1199", "1199"]);
  expect(figures(sheet([["10", "100"]], [included("On Net Total", "20", off)]))).toEqual([
    "1250",
    ["250"],
    "1000",
    "1000",
  ]);
});

test("rows that the box refuses are refused here by the same field", () => {
  const of = (...rows: TaxRule[]) => broken(sheet([["1", "100"]], rows));
  expect(of(tax("On Net Total", "10"), tax("On Previous Row Amount", "5"))).toBe("taxes[1].row_id");
  expect(of(onRow("On Previous Row Total", "5", 1))).toBe("taxes[0].row_id");
  expect(of(tax("On Net Total", "10"), onRow("On Net Total", "5", 1))).toBe("taxes[1].row_id");
  expect(of(tax("On Paid Amount", "5"))).toBe("taxes[0].charge_type");
  expect(of({ ...actual("5"), included_in_print_rate: true })).toBe("taxes[0].included_in_print_rate");
  expect(of(included("On Net Total", "-100"))).toBe("taxes");
  expect(broken(sheet([]))).toBe("items");
  expect(broken(sheet(Array<Line>(MAX_LINES + 1).fill(["1", "1"])))).toBe("items");
});

test("what doubles lose of a half is lost as in ERPNext", () => {
  expect(figures(sheet([["1", "75.46"]], [included("On Net Total", "12")]))).toEqual([
    "67.37",
    ["8.08"],
    "75.46",
    "75",
  ]);
  const half = totals(sheet([["1", "1952.74"]], [included("On Net Total", "6.25")], percent("50")));
  expect([`${half.netTotal}`, `${half.taxes[0]}`]).toEqual(["918.93", "57.43"]);
  const lines: Line[] = [
    ["1", "1"],
    ["1", "1"],
    ["3", "1"],
  ];
  expect(figures(sheet(lines, [tax("On Item Quantity", "16.191")]))).toEqual(["5", ["80.95"], "85.95", "86"]);
  const amountOf = (qty: string, rate: string, digits: number) =>
    `${lineAmount({ qty: n(qty), rate: n(rate) }, digits)}`;
  expect([amountOf("25.5", "1.281", 3), amountOf("21.1", "1743462.55", 2)]).toEqual(["32.665", "36787059.81"]);
});

test("a discount leaves fixed charges as they are whether they are added, taken off or in the value", () => {
  const off = onRow("On Previous Row Amount", "1", 1, { add_deduct_tax: "Deduct" });
  const rows = [tax("On Item Quantity", "1"), off];
  expect(figures(sheet([["175", "2407"]], rows, amount("352478")))[0]).toBe("68747");
  const freight = { ...actual("5"), category: "Valuation" };
  const onFreight = onRow("On Previous Row Amount", "20", 1);
  expect(figures(sheet([["1", "100"]], [freight, onFreight], amount("65")))[0]).toBe("35");
  const inValue = onRow("On Previous Row Total", "10", 1, { category: "Valuation" });
  expect(figures(sheet([["1", "100"]], [actual("50"), inValue], amount("50")))[0]).toBe("50");
});

test("a discount on the net total is no more than what is to be paid", () => {
  const rows = [tax("On Net Total", "20", { add_deduct_tax: "Deduct" })];
  expect(figures(sheet([["1", "100"]], rows, amount("80", true)))[0]).toBe("20");
  expect(broken(sheet([["1", "100"]], rows, amount("80.01", true)))).toBe("discount_amount");
  expect(broken(sheet([["1", "100"]], rows, percent("100", true)))).toBe("additional_discount_percentage");
});
