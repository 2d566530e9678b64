import { expect, test } from "vitest";
import type { TransitRow } from "../api-types";
import { Decimal } from "../money/decimal";
import type { Entry } from "../outbox/entry";
import { Masters } from "../rows/masters";
import type { StoredRow } from "../store";
import {
  add,
  amountOf,
  type Cart,
  type CartLine,
  cartTotals,
  emptyCart,
  itemRows,
  lacking,
  lackingPromise,
  rate,
} from "./cart";
import {
  balance,
  bill as billed,
  discountBack,
  type GoodsLine,
  lineSum,
  manufacture,
  needed,
  operationsOf,
  payment,
  type Returned,
  returned,
  transferOut,
} from "./documents";
import { divide, left, type OpenOrder, openOrders, paidAhead, paidAheadOpen, takesAhead } from "./orders";
import { divided, owedOf } from "./owed";
import { inCoins, likelyNotes, settle, TooMuch } from "./pay";
import { allocate, closed, openWithout } from "./paying";
import { lackingPiece, type PieceRow, type Wanted } from "./pieces";
import { underWay } from "./transit";

const row = (table: string, name: string, row: Record<string, unknown>): StoredRow => ({ table, name, row });
const shirt: CartLine = {
  item_code: "SHIRT",
  item_name: "Shirt",
  uom: "Nos",
  qty: "1",
  list: "150000",
  percent: "",
  price: "",
};
const masters = new Masters(
  [
    row("settings", "bandung", { site: "bandung", currency: "IDR", smallest_currency_fraction_value: "0" }),
    row("item", "SHIRT", { item_code: "SHIRT", item_name: "Shirt", stock_uom: "Nos" }),
    row("item", "CLOTH", { item_code: "CLOTH", item_name: "Cloth", stock_uom: "Meter", is_stock_item: 1 }),
    row("item", "BUTTON", { item_code: "BUTTON", item_name: "Button", stock_uom: "Nos", is_stock_item: 1 }),
    row("item", "SEWING", { item_code: "SEWING", item_name: "Sewing", stock_uom: "Nos" }),
    row("uom", "Nos", { uom_name: "Nos", must_be_whole_number: 1 }),
    row("uom", "Meter", { uom_name: "Meter" }),
  ],
  "bandung",
);
const n = Decimal.from;
const cash = (amount: string) => ({ mode_of_payment: "Cash", amount, cash: true });
const wire = (amount: string) => ({ mode_of_payment: "Wire", amount, cash: false });

test("the same item scanned twice is two of it, and a piece with a number is there once", () => {
  const twice = add(add(emptyCart("Counter"), shirt), shirt);
  expect(twice.lines.map((line) => line.qty)).toEqual(["2"]);
  const piece = { ...shirt, serial_no: "S1" };
  const pieces = add(add(add(emptyCart(""), piece), { ...piece, serial_no: "S2" }), piece);
  expect(pieces.lines.map((line) => [line.qty, line.serial_no])).toEqual([["2", "S1\nS2"]]);
});

test("a line's discount is off the list's price, and the box is told both", () => {
  const cart: Cart = { ...emptyCart("Counter"), lines: [{ ...shirt, percent: "12.5" }] };
  expect(`${rate(cart.lines[0] as CartLine, 2)}`).toBe("131250");
  expect(itemRows(cart, 2)).toEqual([
    {
      item_code: "SHIRT",
      qty: "1",
      rate: "131250",
      uom: "Nos",
      price_list_rate: "150000",
      discount_percentage: "12.5",
    },
  ]);
  expect(`${cartTotals({ ...cart, percent: "10" }, masters, "2026-11-02")?.payable}`).toBe("118125");
});

test("blanks at the ends of what was typed and empty lines between numbers are not sent", () => {
  const typed = { batch_no: " B1", serial_no: " S1\n\nS2 \n", description: "Chest 96\n", additional_notes: " \n" };
  const [sent] = itemRows({ ...emptyCart("Counter"), lines: [{ ...shirt, qty: "2", ...typed }] }, 2);
  expect(sent).toMatchObject({ batch_no: "B1", serial_no: "S1\nS2", description: "Chest 96" });
  expect(sent).not.toHaveProperty("additional_notes");
  const line = { ...(collected[0] as GoodsLine), batch_no: " ", serial_no: "S1\n\nS2\n" };
  const [moved] = transferOut("Here", "Way", [line], when).items as Record<string, unknown>[];
  expect([moved?.serial_no, moved?.batch_no]).toEqual(["S1\nS2", undefined]);
});

test("a line comes to what the total counts of it", () => {
  const cloth = { ...shirt, qty: "1.2345", list: "45000" };
  expect(`${amountOf(cloth, 2)}`).toBe("55530");
  expect(`${lineSum([{ ...(collected[0] as GoodsLine), qty: "1.2345", rate: "45000" }], 2)}`).toBe("55530");
});

test("what keeps a cart from being submitted is said", () => {
  const of = (to: Partial<CartLine>) => lacking({ ...emptyCart(""), lines: [{ ...shirt, ...to }] }, 0);
  expect(lacking(emptyCart(""), 0)).toBe("empty");
  expect([of({ qty: "0" }), of({ list: null }), of({ percent: "101" }), of({})]).toEqual([
    "qty",
    "price",
    "percent",
    null,
  ]);
});

test("change is given of cash alone, which stands last", () => {
  const both = settle(n("100"), [cash("80"), wire("50")]);
  expect(both.payments.map((row) => row.mode_of_payment)).toEqual(["Wire", "Cash"]);
  expect([both.change, both.open].map(String)).toEqual(["30", "0"]);
  expect([settle(n("100"), [cash("40")]).open, settle(n("100"), []).open].map(String)).toEqual(["60", "100"]);
  expect(() => settle(n("100"), [wire("120")])).toThrow(TooMuch);
  expect(() => settle(n("100"), [wire("120"), cash("10")])).toThrow(TooMuch);
  expect(() => settle(n("100"), [wire("999999999999"), cash("10")])).toThrow(TooMuch);
  expect(likelyNotes(n("999999999999"), "IDR")).toEqual([n("999999999999")]);
});

test("no money is finer than the currency", () => {
  expect([inCoins(["50.05", "50.10", "", "7"], 2), inCoins(["50", "50.005"], 2)]).toEqual([true, false]);
  expect([inCoins(["5000.0"], 0), inCoins(["5000.5"], 0), inCoins(["0.005"], 3)]).toEqual([true, false, true]);
});

test("the notes that are offered are enough", () => {
  const of = (payable: string, currency: string) => likelyNotes(n(payable), currency).map(String);
  expect(of("285000", "IDR")).toEqual(["285000", "290000", "300000"]);
  expect(of("45.6", "USD")).toEqual(["45.6", "46", "50", "60"]);
  expect(of("3.2", "USD")).toEqual(["3.2", "4", "5", "10"]);
  expect(of("0.4", "USD")).toEqual(["0.4", "1", "5", "10"]);
  expect(of("999999999999", "USD")).toEqual(["999999999999"]);
});

const work = {
  name: "WO",
  production_item: "SHIRT",
  bom_no: "BOM",
  qty: "10",
  source_warehouse: "Store",
  wip_warehouse: "Work",
  fg_warehouse: "Shop",
  required_items: [
    { item_code: "CLOTH", required_qty: "15" },
    { item_code: "BUTTON", required_qty: "75" },
  ],
};

test("materials follow the quantity, what has no halves is taken whole, and a service is no material", () => {
  expect(needed(work, n("3"), masters).map(({ qty }) => `${qty}`)).toEqual(["4.5", "23"]);
  const sewn = [...work.required_items, { item_code: "SEWING", required_qty: "10" }];
  const names = needed({ ...work, required_items: sewn }, n("3"), masters).map(({ item_code }) => item_code);
  expect(names).toEqual(["CLOTH", "BUTTON"]);
  // Of what the books would round to nothing none is used.
  expect(needed(work, n("0.0003"), masters).map(({ qty }) => `${qty}`)).toEqual(["0", "1"]);
});

test("what is made comes out where the order says, and materials from where work is in progress", () => {
  const line = { item_code: "CLOTH", item_name: "Cloth", uom: "Meter", qty: "4.5" };
  const scrap = { ...line, item_code: "SCRAP", qty: "0.2" };
  const fields = manufacture(
    work,
    { qty: "3", materials: [line], scrap: [scrap] },
    { day: "2026-11-02", time: "10:00:00" },
  );
  expect(fields.items).toEqual([
    { item_code: "CLOTH", qty: "4.5", s_warehouse: "Work" },
    { item_code: "SHIRT", qty: "3", t_warehouse: "Shop", is_finished_item: 1 },
    { item_code: "SCRAP", qty: "0.2", t_warehouse: "Shop", is_scrap_item: 1 },
  ]);
});

test("what is made names its order alone, since the bill of materials may be out of use by now", () => {
  const fields = manufacture(work, { qty: "3", materials: [], scrap: [] }, { day: "2026-11-02", time: "10:00:00" });
  expect(fields.work_order).toBe("WO");
  expect(fields).not.toHaveProperty("bom_no");
});

test("an operation that stands in an order twice is offered once", () => {
  const operations = ["Cut", "Press", "Sew", "Press"].map((operation) => ({ operation }));
  expect(operationsOf({ ...work, operations })).toEqual(["Cut", "Press", "Sew"]);
  expect(operationsOf(work)).toEqual([]);
});

let made = 0;
function entry(id: string, kind: string, fields: object, more: Partial<Entry> = {}): Entry {
  return {
    id,
    kind,
    body: JSON.stringify({ id, ...fields }),
    madeMs: ++made,
    day: "2026-11-02",
    state: "waiting",
    ...more,
  };
}

const order = entry("11111111-1111-7111-8111-111111111111", "sales-order", {
  customer: "Bu Sari",
  delivery_date: "2026-11-20",
  items: [{ item_code: "SHIRT", qty: "2", rate: "150000" }],
});
const deposit = entry("22222222-2222-7222-8222-222222222222", "payment-entry", {
  references: [{ reference_doctype: "Sales Order", reference_name: order.id, allocated_amount: "100000" }],
});
const bill = (qty: string, used: string) =>
  entry("33333333-3333-7333-8333-333333333333", "sales-invoice", {
    update_stock: 1,
    items: [{ item_code: "SHIRT", qty, rate: "150000", sales_order: order.id, so_detail: "1" }],
    advances: [{ reference_name: deposit.id, reference_row: "1", allocated_amount: used }],
  });

test("an order that this tablet made is open until it has delivered and billed all of it, with no box in reach", () => {
  const of = (...entries: Entry[]) => openOrders(masters, entries, null);
  const [open] = of(order, deposit);
  expect([open?.customer, open?.grand_total, open && `${paidAheadOpen(open)}`]).toEqual([
    "Bu Sari",
    "300000",
    "100000",
  ]);
  const [half] = of(order, deposit, bill("1", "60000"));
  expect(half && left(half).map((line) => `${line.to_deliver}`)).toEqual(["1"]);
  expect(half && `${paidAheadOpen(half)}`).toBe("40000");
  expect(of(order, deposit, bill("2", "100000"))).toEqual([]);
});

test("money is paid ahead for an order until all of it is billed, whether it is delivered or not", () => {
  const [open] = openOrders(masters, [order], null);
  if (!open) throw new Error("no order");
  const [line] = open.items;
  const billed = (qty: string, more = {}) =>
    takesAhead({ ...open, items: [{ ...line, billed: qty, ...more } as never] });
  expect([takesAhead(open), billed("1"), billed("2"), billed("0", { rate: "0" })]).toEqual([true, true, false, false]);
});

test("an order that this tablet made is delivered out of the warehouse that it names, with no box in reach", () => {
  const body = JSON.stringify({ ...JSON.parse(order.body), set_warehouse: "Stores" });
  const [open] = openOrders(masters, [{ ...order, body }], null);
  expect(open?.items.map((line) => line.warehouse)).toEqual(["Stores"]);
});

test("what other sites did with an order is taken off it, unless the box has counted it", () => {
  const line = { name: "a", item_code: "SHIRT", qty: "10", uom: "Nos", rate: "150000" };
  const shared = { order: "SO-1", customer: "Bu Sari", grand_total: "1500000", advance_paid: "1", items: [line] };
  const site = (name: string, qty: string) =>
    row("site-progress", `SO-1\u001f${name}`, {
      of: "SO-1",
      site: name,
      advance_paid: "50",
      lines: [{ name: "a", delivered_qty: qty, billed_qty: "1" }],
    });
  const known = new Masters([row("sales-order", "SO-1", shared), site("bogor", "3"), site("solo", "2")], "bandung");
  const [open] = openOrders(known, [], null);
  const of = (order = open) => order && left(order).map((line) => [`${line.to_deliver}`, `${line.to_bill}`]);
  expect([of(), open?.paid_ahead]).toEqual([[["5", "8"]], "101"]);
  const told = { ...(open as NonNullable<typeof open>) };
  expect(of(openOrders(known, [], [told])[0])).toEqual([["5", "8"]]);
});

test("what was refused or taken back did nothing to an order", () => {
  const stop = entry("44444444-4444-7444-8444-444444444444", "cancellation", {}, { cancels: deposit.id });
  const refused = { ...bill("2", "0"), state: "refused" as const };
  const [open] = openOrders(masters, [order, deposit, stop, refused], null);
  expect(open && [left(open).length, `${paidAheadOpen(open)}`]).toEqual([1, "0"]);
});

test("a line that the books cannot keep says so, and nothing throws", () => {
  const cart = (change: Partial<CartLine>): Cart => ({ ...emptyCart("Counter"), lines: [{ ...shirt, ...change }] });
  expect(`${amountOf({ ...shirt, qty: "6666666" }, 0)}`).toBe("999999900000");
  expect(lacking(cart({ qty: "6666666" }), 0)).toBeNull();
  expect(amountOf({ ...shirt, qty: "6666667" }, 0)).toBeNull();
  expect(lacking(cart({ qty: "6666667" }), 0)).toBe("large");
  expect(lacking(cart({ list: "999999999999", percent: "10" }), 0)).toBe("large");
  const half = { ...shirt, qty: "3333334" };
  expect(lacking({ ...emptyCart("Counter"), lines: [half, { ...half, uom: "Box" }] }, 0)).toBe("large");
  expect(lacking(cart({ percent: "-1" }), 0)).toBe("percent");
  expect(lacking(cart({ percent: "100" }), 0)).toBeNull();
  const lines = [{ item_code: "SHIRT", item_name: "Shirt", uom: "Nos", qty: "2", rate: "500000000000" }];
  expect([lineSum(lines, 0), `${lineSum([{ ...lines[0], qty: "1" } as GoodsLine], 0)}`]).toEqual([
    null,
    "500000000000",
  ]);
});

const when = { day: "2026-11-02", time: "10:00:00" };
const collected = [{ item_code: "SHIRT", item_name: "Shirt", uom: "Nos", qty: "1", rate: "250000", row: "1" }];

test("an invoice that uses up a deposit takes no payment, and what is paid now is a payment for each mode, without change", () => {
  const settled = settle(n("150000"), [cash("100000"), wire("60000")]);
  const advances = [{ reference_name: deposit.id, reference_row: "1", allocated_amount: "100000" }];
  const bill = (ahead: typeof advances) =>
    billed("Bu Sari", order.id, collected, ahead, settled, true, masters, when) as Record<string, unknown>;
  expect(bill(advances)).toMatchObject({ advances });
  expect([bill(advances).payments, bill(advances).change_amount]).toEqual([undefined, undefined]);
  expect([bill([]).payments, bill([]).change_amount]).toEqual([settled.payments, "10000"]);
  const paid = balance("Bu Sari", "0193", settled, { Wire: " TRX-1 " });
  expect(paid.map(({ given }) => given)).toEqual([undefined, "100000"]);
  const pays = (amount: string) => [
    { reference_doctype: "Sales Invoice", reference_name: "0193", allocated_amount: amount },
  ];
  const head = { payment_type: "Receive", party_type: "Customer", party: "Bu Sari", posting_date: when.day };
  expect(paid.map(({ paid }) => payment(paid, when))).toEqual([
    {
      ...{ ...head, mode_of_payment: "Wire", paid_amount: "60000", references: pays("60000") },
      ...{ reference_no: "TRX-1", reference_date: when.day },
    },
    { ...head, mode_of_payment: "Cash", paid_amount: "90000", references: pays("90000") },
  ]);
  expect(balance("Bu Sari", "0193", settle(n("150000"), []), {})).toEqual([]);
});

const comesBack = (row: string, qty: string) => ({ ...(collected[0] as GoodsLine), qty, row });
const back = (change: Partial<Returned>) =>
  returned(
    {
      ...{ customer: "Bu Sari", against: "0193", moveStock: true, discount: {}, warehouse: "Shop" },
      ...{ lines: [comesBack("1", "1")], mode_of_payment: null, money: divided(n("0"), n("0")) },
      ...change,
    },
    when,
  );

test("a return brings back only goods that its sale has moved, and has its part of the discount", () => {
  expect([back({}).update_stock, back({ moveStock: false }).update_stock]).toEqual([1, undefined]);
  const discount = { apply_discount_on: "Net Total", discount_amount: "-5" };
  expect(back({ discount })).toMatchObject(discount);
  const of = (sold: object, before: Record<string, string>, ...lines: Returned["lines"]) =>
    discountBack(
      {
        items: [
          { qty: "3", rate: "100" },
          { qty: "1", rate: "50" },
        ],
        ...sold,
      },
      before,
      lines,
      2,
    );
  const percent = { additional_discount_percentage: "10" };
  expect(of(percent, {}, comesBack("1", "1"))).toEqual(percent);
  expect(of({}, {}, comesBack("1", "1"))).toEqual({});
  expect(of({ discount_amount: "0" }, {}, comesBack("1", "1"))).toEqual({});
  // 100 of 350 each time, then the 50: 2.857142… a piece.
  const amount = { discount_amount: "10", apply_discount_on: "Net Total" };
  const parts = [
    of(amount, {}, comesBack("1", "1")),
    of(amount, { "1": "1" }, comesBack("1", "1")),
    of(amount, { "1": "2" }, comesBack("1", "1")),
    of(amount, { "1": "3" }, comesBack("2", "1")),
  ].map((part) => part.discount_amount);
  expect(parts).toEqual(["-2.86", "-2.85", "-2.86", "-1.43"]);
  expect(of(amount, {}, comesBack("1", "3"), comesBack("2", "1"))).toEqual({ ...amount, discount_amount: "-10" });
  // Beyond what the books keep only on the way there.
  const large = { discount_amount: "900000000", items: [{ qty: "2", rate: "900000000" }] };
  expect(of(large, {}, comesBack("1", "1")).discount_amount).toBe("-450000000");
});

test("what comes back is taken off what is owed first, and only the rest is given back", () => {
  const sale = { items: [], payments: [{ amount: "60000" }], change_amount: "10000" };
  const owed = (...entries: Entry[]) => `${owedOf("S", n("135000"), sale, entries)}`;
  expect(owed()).toBe("85000");
  const pays = entry("P", "payment-entry", { references: [{ reference_name: "S", allocated_amount: "5000" }] });
  const off = { return_against: "S", update_outstanding_for_self: 0, payments: [{ amount: "-10000" }] };
  const came = entry("R", "sales-invoice", off, { total: "-40000" });
  expect([owed(pays), owed(pays, came), owed({ ...came, state: "refused" })]).toEqual(["80000", "50000", "85000"]);
  expect(owed({ ...pays, cancelledElsewhere: true })).toBe("85000");
  const money = divided(n("135000"), n("85000"));
  const cash = back({ mode_of_payment: "Cash", money });
  expect([cash.payments, cash.update_outstanding_for_self]).toEqual([
    [{ mode_of_payment: "Cash", amount: "-50000" }],
    0,
  ]);
  const paid = back({ mode_of_payment: "Cash", money: divided(n("135000"), n("0")) });
  expect([paid.payments, paid.update_outstanding_for_self]).toEqual([
    [{ mode_of_payment: "Cash", amount: "-135000" }],
    undefined,
  ]);
  const owedAll = back({ mode_of_payment: "Cash", money: divided(n("40000"), n("85000")) });
  expect([owedAll.payments, owedAll.update_outstanding_for_self]).toEqual([undefined, 0]);
});

const told = (more: Partial<OpenOrder>): OpenOrder => ({
  order: "SO-1",
  number: null,
  customer: "Bu Sari",
  transaction_date: null,
  delivery_date: null,
  grand_total: "300000",
  paid_ahead: "100000",
  percent: "",
  items: [],
  advances: [],
  ...more,
});
const line = (row: string, delivered: string, billed: string) => ({
  ...{ row, item_code: "SHIRT", qty: "2", uom: null, rate: "150000", warehouse: null, description: null },
  ...{ delivered, billed },
});

test("what was paid ahead at the office is told apart from what a bill here can use up", () => {
  const of = (more: Partial<OpenOrder>) => {
    const { here, elsewhere, unclear } = paidAhead(told(more));
    return [here, elsewhere, unclear].map(String);
  };
  const advances = [{ reference_name: "P", reference_row: "1", open: "30000" }];
  expect(of({})).toEqual(["0", "100000", "0"]);
  expect(of({ advances })).toEqual(["30000", "70000", "0"]);
  // A bill may have used it up.
  expect(of({ advances, items: [line("1", "1", "1")] })).toEqual(["30000", "0", "70000"]);
});

test("what a note has delivered is told apart from what is to be delivered", () => {
  const order = told({ items: [line("a", "2", "0"), line("b", "0", "0")] });
  expect(divide(order, [{ row: "a" }, { row: "b" }])).toEqual({ fresh: [{ row: "b" }], delivered: [{ row: "a" }] });
});

test("an order is open again for a bill that is to be corrected, asked for or not", () => {
  const all = [order, deposit, bill("2", "100000")];
  const of = (found: OpenOrder[]) =>
    found.map((order) => [order.order, ...left(order).map((line) => `${line.to_bill}`), `${paidAheadOpen(order)}`]);
  const open = [[order.id, "2", "100000"]];
  expect(of(openOrders(masters, all, null, all[2]))).toEqual(open);
  // The box has counted the bill, and tells of the order because something else of it is open.
  const saved = { ...bill("2", "100000"), state: "saved" as const };
  const counted = told({ order: order.id, items: [line("1", "2", "2"), line("2", "0", "0")] });
  expect(of(openOrders(masters, [saved], [counted], saved))).toEqual([[order.id, "2", "2", "100000"]]);
  expect(of(openOrders(masters, [saved], [counted]))).toEqual([[order.id, "2", "0"]]);
  // It was taken back meanwhile: the box does not count it any more.
  const stop = entry("55555555-5555-7555-8555-555555555555", "cancellation", {}, { cancels: saved.id });
  const free = told({ order: order.id, items: [line("1", "0", "0")] });
  expect(of(openOrders(masters, [stop, saved], [free], saved))).toEqual([[order.id, "2", "0"]]);
  // The office's order is gone from its rows when nothing of it is open.
  const gone = { ...bill("2", "100000"), body: bill("2", "100000").body.replaceAll(order.id, "SO-9") };
  expect(of(openOrders(masters, [gone], [], gone))).toEqual([["SO-9", "2", "100000"]]);
});

test("what is under way is without what came here, and with what a receipt that is corrected has taken in", () => {
  const items = [{ name: "1", item_code: "SHIRT", qty: "5" }];
  const sent = { entry: "STE-1", to: "bandung", warehouse: "Way", sent_on: "2026-11-01", items };
  const known = new Masters([row("transit", "STE-1", sent)], "bandung");
  const came = (qty: string) =>
    entry("66666666-6666-7666-8666-666666666666", "stock-entry", {
      ...{ outgoing_stock_entry: "STE-1", from_warehouse: "Way" },
      items: [{ item_code: "SHIRT", qty, ste_detail: "1" }],
    });
  const of = (...args: Parameters<typeof underWay>) => underWay(...args).map((row) => [row.qty, row.received]);
  expect(of(known, [came("2")], null)).toEqual([["5", "2"]]);
  expect(of(known, [came("5")], null)).toEqual([]);
  const all = came("5");
  expect(of(known, [all], null, all)).toEqual([["5", "0"]]);
  // The box has counted it: of some the rest is told, of all nothing.
  const some = { ...came("2"), state: "saved" as const };
  const rest = { ...(underWay(known, [some], null)[0] as TransitRow), received: "2" };
  expect(of(known, [some], [rest], some)).toEqual([["5", "0"]]);
  const saved = { ...all, state: "saved" as const };
  expect(underWay(known, [saved], [], saved)).toMatchObject([{ entry: "STE-1", row: "1", qty: "5", received: "0" }]);
});

test("what the box would not take of batches, numbers and quantities is said before it is paid", () => {
  const item = (item_code: string, more: object) =>
    row("item", item_code, { item_code, item_name: item_code, stock_uom: "Nos", is_stock_item: 1, ...more });
  const known = new Masters(
    [
      row("uom", "Nos", { uom_name: "Nos", must_be_whole_number: 1 }),
      item("DYE", { has_batch_no: 1, stock_uom: "Litre" }),
      item("IRON", { has_serial_no: 1, uoms: [{ uom: "Pair", conversion_factor: "2" }] }),
      item("BUTTON", { uoms: [{ uom: "Dozen", conversion_factor: "12" }] }),
      item("CLOTH", { stock_uom: "Meter", uoms: [{ uom: "Roll", conversion_factor: "25" }] }),
      item("SEWING", { is_stock_item: 0 }),
      row("batch", "B1", { batch_id: "B1", item: "DYE", expiry_date: "2026-11-01" }),
      row("batch", "B2", { batch_id: "B2", item: "DYE", expiry_date: "2026-11-02" }),
    ],
    "bandung",
  );
  const of = (piece: Partial<PieceRow>, wanted: Wanted = { moves: true, usedOn: "2026-11-02" }) =>
    lackingPiece([{ item_code: "DYE", uom: "", qty: "1", ...piece }], known, wanted);
  expect([of({}), of({ batch_no: "B3" }), of({ batch_no: "B1" }), of({ batch_no: " B2" })]).toEqual([
    ...["batch", "batch", "expired"],
    null,
  ]);
  expect(lackingPiece([{ item_code: "DYE", uom: "", qty: "1", batch_no: "B1" }], known, { moves: true })).toBeNull();
  expect(of({}, { moves: false, usedOn: "" })).toBeNull();
  const iron = { item_code: "IRON", uom: "Pair" };
  expect([
    of({ ...iron, serial_no: "1" }),
    of({ ...iron, serial_no: "1\n1" }),
    of({ ...iron, serial_no: "1\n2\n" }),
  ]).toEqual([...["serials", "serials"], null]);
  const buttons = (uom: string, qty: string) => of({ item_code: "BUTTON", uom, qty });
  expect([buttons("Nos", "1.5"), buttons("Dozen", "0.3"), buttons("Dozen", "1.5")]).toEqual(["whole", "whole", null]);
  expect(of({ item_code: "SOMETHING NEW", qty: "1.5" })).toBeNull();
  const moved = (item_code: string, qty: string, uom = "") =>
    of({ item_code, qty, uom }, { moves: true, goodsAlone: true });
  expect([
    moved("SEWING", "1"),
    of({ item_code: "SEWING" }),
    moved("CLOTH", "0.0005"),
    moved("CLOTH", "0.0006"),
  ]).toEqual([...["service", null], ...["too_little", null]]);
  expect([moved("CLOTH", "0"), moved("CLOTH", "0.0001", "Roll")]).toEqual([null, null]);
});

test("an order is promised for today or later", () => {
  const of = (promised: string) => lackingPromise(promised, "2026-11-02");
  expect([of(""), of("2026-11-01"), of("2026-11-02")]).toEqual(["delivery_date", "promised_before", null]);
});

test("what is paid for and is not open is told, and of what is open no more is paid than that", () => {
  const of = (reference_name: string, reference_doctype = "Sales Invoice") => ({
    ...{ reference_name, reference_doctype },
    allocated_amount: "",
  });
  const open = { number: null, party: "Bu Sari", posting_date: "2026-11-02", total: null };
  const invoices = [{ ...open, invoice: "A", outstanding: "40" }];
  const names = (rows: { reference_name: string }[]) => rows.map((row) => row.reference_name);
  expect(names(closed([of("A"), of("B"), of("O", "Sales Order")], invoices))).toEqual(["B"]);
  const paid = allocate([of("A"), of("O", "Sales Order")], n("100"), invoices);
  expect(paid.map((row) => row.allocated_amount)).toEqual(["40", "60"]);
});

test("a payment that is corrected counts for nothing: what it has closed is open again, and what it has paid a part of by that part", () => {
  const of = (reference_name: string, allocated_amount: string, reference_doctype = "Sales Invoice") => ({
    ...{ reference_name, reference_doctype },
    allocated_amount,
  });
  const references = [of("A", "70"), of("B", "50"), of("O", "9", "Sales Order")];
  const party = { party: "Bu Sari", party_type: "Customer" as const };
  const paid = entry("P", "payment-entry", { ...party, references }, { state: "saved" });
  const sale = entry("B", "sales-invoice", {}, { number: "BDG-SI-A1", day: "2026-11-01" });
  const row = { number: null, party: "Bu Sari", posting_date: "2026-11-02", total: null };
  const invoices = [
    { ...row, invoice: "A", outstanding: "30" },
    { ...row, invoice: "C", outstanding: "5" },
  ];
  const open = (amended: Entry, { sure = true, more = [] as Entry[], by = party } = {}) =>
    openWithout(amended, [amended, sale, ...more], { invoices, sure }, by);
  const said = (...args: Parameters<typeof open>) =>
    open(...args).map((row) => [row.invoice, row.outstanding].join(" "));
  expect(said(paid)).toEqual(["A 100", "C 5", "B 50"]);
  expect(open(paid)[2]).toMatchObject({ number: "BDG-SI-A1", posting_date: "2026-11-01" });
  expect(closed(references, open(paid))).toEqual([]);
  expect(allocate(references.slice(0, 1), n("100"), open(paid))).toEqual([of("A", "100")]);
  // What has nothing of it in it stays as it is: it has not come to the box, was taken back or refused, or is another's.
  const asTold = ["A 30", "C 5"];
  expect(said({ ...paid, state: "waiting" })).toEqual(asTold);
  expect(said({ ...paid, state: "refused" })).toEqual(asTold);
  expect(said(paid, { more: [entry("X", "cancellation", {}, { cancels: "P" })] })).toEqual(asTold);
  expect(said(paid, { by: { ...party, party: "Pak Budi" } })).toEqual(asTold);
  // The office's rows have in them what is in its books, and do not name all that is open.
  expect(said(paid, { sure: false })).toEqual(asTold);
  expect(said({ ...paid, state: "posted" }, { sure: false })).toEqual(["A 100", "C 5"]);
});
