// Documents as they are sent, by ERPNext's names: what a screen knows, made into fields.
//
// In: what people chose and typed, exact. Out: fields without id, user and session (submit.ts). The box checks them; what it refuses is shown.
// Absent: carts (cart.ts) and how they are paid (pay.ts).

import { Decimal, kept, MAX_SCALE, sum } from "../money/decimal";
import { Fraction } from "../money/fraction";
import { lineAmount } from "../money/totals";
import type { Masters } from "../rows/masters";
import type { WorkOrder } from "../rows/types";
import { type Cart, headFields, itemRows, number, serials, withoutNothing } from "./cart";
import type { Divided } from "./owed";
import type { Settled } from "./pay";
import { isNothing } from "./pieces";

export type Fields = Record<string, unknown>;

/** The workshop's day and time at which it was made. */
export interface When {
  day: string;
  time: string;
}

export function sale(cart: Cart, settled: Settled, masters: Masters, when: When): Fields {
  return withoutNothing({
    ...headFields(cart, masters),
    posting_date: when.day,
    posting_time: when.time,
    update_stock: 1,
    items: itemRows(cart, masters.precision),
    payments: settled.payments.length > 0 ? settled.payments : null,
    change_amount: settled.change.isZero() ? null : `${settled.change}`,
  });
}

export function order(cart: Cart, deliveryDate: string, masters: Masters, when: When): Fields {
  return {
    ...headFields(cart, masters),
    transaction_date: when.day,
    delivery_date: deliveryDate,
    items: itemRows(cart, masters.precision),
  };
}

export interface Paid {
  kind: "Receive" | "Pay";
  party_type: "Customer" | "Supplier";
  party: string;
  mode_of_payment: string;
  amount: string;
  reference_no: string;
  references: { reference_doctype: string; reference_name: string; allocated_amount: string }[];
  remarks: string;
}

export function payment(paid: Paid, when: When): Fields {
  const number_ = paid.reference_no.trim();
  return withoutNothing({
    payment_type: paid.kind,
    party_type: paid.party_type,
    party: paid.party,
    posting_date: when.day,
    mode_of_payment: paid.mode_of_payment,
    paid_amount: `${number(paid.amount)}`,
    reference_no: number_,
    reference_date: number_ && when.day,
    references: paid.references.length > 0 ? paid.references : null,
    remarks: paid.remarks.trim(),
  });
}

export interface Expense {
  account: string;
  mode_of_payment: string;
  amount: string;
  user_remark: string;
  bill_no: string;
}

export function expense(of: Expense, masters: Masters, when: When): Fields {
  const amount = `${number(of.amount)}`;
  const money = masters.accountOf(of.mode_of_payment) ?? "";
  const bill = of.bill_no.trim();
  return withoutNothing({
    posting_date: when.day,
    mode_of_payment: of.mode_of_payment,
    user_remark: of.user_remark.trim(),
    bill_no: bill,
    bill_date: bill && when.day,
    accounts: [
      { account: of.account, debit_in_account_currency: amount },
      { account: money, credit_in_account_currency: amount },
    ],
  });
}

/** A line of something that goes out, comes in, or is counted: of an order, a transfer, or free. */
export interface GoodsLine {
  /** Tells lines that people have added apart, whatever is changed of them. */
  key?: number;
  item_code: string;
  item_name: string;
  uom: string;
  qty: string;
  rate?: string;
  /** The row of the other document. */
  row?: string;
  /** How much of it is left. */
  left?: string;
  batch_no?: string;
  serial_no?: string;
  /** The numbers of the pieces that the other document's row had, one a line. */
  had?: string;
  warehouse?: string;
}

/** Of which batch something is, and the numbers of its pieces, one a line. */
export type Piece = Pick<GoodsLine, "batch_no" | "serial_no">;

export const positive = (line: GoodsLine) => number(line.qty).isPositive();
const pieces = ({ batch_no, serial_no }: Piece) => ({
  batch_no: batch_no?.trim(),
  serial_no: serials(serial_no).join("\n"),
});

export function delivery(customer: string, order: string, lines: GoodsLine[], masters: Masters, when: When): Fields {
  return {
    customer,
    posting_date: when.day,
    posting_time: when.time,
    set_warehouse: masters.warehouses()[0],
    items: lines.filter(positive).map((line) =>
      withoutNothing({
        item_code: line.item_code,
        qty: `${number(line.qty)}`,
        rate: line.rate ?? "0",
        uom: line.uom,
        warehouse: line.warehouse,
        ...pieces(line),
        against_sales_order: order,
        so_detail: line.row,
      }),
    ),
  };
}

export interface Received {
  supplier: string;
  /** The number of the supplier's delivery note. */
  note: string;
  lines: GoodsLine[];
  /** Into which of the site's warehouses; the first where nobody has said. */
  warehouse?: string;
}

export function receipt(of: Received, masters: Masters, when: When): Fields {
  return withoutNothing({
    supplier: of.supplier,
    supplier_delivery_note: of.note.trim(),
    posting_date: when.day,
    posting_time: when.time,
    set_warehouse: masters.ownWarehouse(of.warehouse),
    items: of.lines.filter(positive).map((line) =>
      withoutNothing({
        item_code: line.item_code,
        qty: `${number(line.qty)}`,
        rate: `${number(line.rate ?? "0")}`,
        uom: line.uom,
        ...pieces(line),
      }),
    ),
  });
}

export function transferOut(from: string, to: string, lines: GoodsLine[], when: When): Fields {
  return {
    stock_entry_type: "Material Transfer",
    add_to_transit: 1,
    posting_date: when.day,
    posting_time: when.time,
    from_warehouse: from,
    to_warehouse: to,
    items: lines
      .filter(positive)
      .map((line) =>
        withoutNothing({ item_code: line.item_code, qty: `${number(line.qty)}`, uom: line.uom, ...pieces(line) }),
      ),
  };
}

export function transferIn(entry: string, from: string, to: string, lines: GoodsLine[], when: When): Fields {
  return {
    stock_entry_type: "Material Transfer",
    outgoing_stock_entry: entry,
    posting_date: when.day,
    posting_time: when.time,
    from_warehouse: from,
    to_warehouse: to,
    items: lines.filter(positive).map((line) =>
      withoutNothing({
        item_code: line.item_code,
        qty: `${number(line.qty)}`,
        ste_detail: line.row,
        ...pieces(line),
      }),
    ),
  };
}

export function counted(warehouse: string, lines: GoodsLine[], when: When): Fields {
  return {
    posting_date: when.day,
    posting_time: when.time,
    set_warehouse: warehouse,
    items: lines.map((line) =>
      withoutNothing({ item_code: line.item_code, qty: `${number(line.qty)}`, ...pieces(line) }),
    ),
  };
}

export interface Made {
  qty: string;
  /** In stock units; what was used where somebody says other than the order does. */
  materials: GoodsLine[];
  scrap: GoodsLine[];
  /** Of what is made. */
  piece?: Piece;
}

/** From where the materials of a Work Order are taken. */
export function sourceOf(order: WorkOrder, item: string): string | undefined {
  const own = order.required_items.find((row) => row.item_code === item)?.source_warehouse ?? order.source_warehouse;
  return order.skip_transfer ? own : (order.wip_warehouse ?? own);
}

/**
 * What a Work Order needs of each material for `qty` of what it makes; of what has no halves the next whole number, as the box takes, and nothing
 * of what the books round to nothing. A service is no material.
 */
export function needed(order: WorkOrder, qty: Decimal, masters: Masters): { item_code: string; qty: Decimal }[] {
  const of = Decimal.from(order.qty);
  return order.required_items.flatMap(({ item_code, required_qty }) => {
    const item = masters.get("item", item_code);
    if (item && !item.is_stock_item) return [];
    const exact = Decimal.from(required_qty).times(qty).over(of, MAX_SCALE);
    const uom = masters.get("uom", item?.stock_uom ?? "");
    const near = exact.rounded(0);
    const up = near.compare(exact) < 0 ? near.plus(Decimal.of(1)) : near;
    return [{ item_code, qty: uom?.must_be_whole_number ? up : isNothing(exact) ? Decimal.ZERO : exact }];
  });
}

/** It names the order alone: the box and the office know by which bill of materials, and one that is out of use is not at the box. */
export function manufacture(order: WorkOrder, made: Made, when: When): Fields {
  const qty = `${number(made.qty)}`;
  const materials = made.materials.filter(positive).map((line) =>
    withoutNothing({
      item_code: line.item_code,
      qty: `${number(line.qty)}`,
      s_warehouse: line.warehouse ?? sourceOf(order, line.item_code),
      ...pieces(line),
    }),
  );
  const scrap = made.scrap.filter(positive).map((line) =>
    withoutNothing({
      item_code: line.item_code,
      qty: `${number(line.qty)}`,
      t_warehouse: order.fg_warehouse,
      is_scrap_item: 1,
      ...pieces(line),
    }),
  );
  const finished = withoutNothing({
    item_code: order.production_item,
    qty,
    t_warehouse: order.fg_warehouse,
    is_finished_item: 1,
    ...pieces(made.piece ?? {}),
  });
  return {
    stock_entry_type: "Manufacture",
    posting_date: when.day,
    posting_time: when.time,
    work_order: order.name,
    fg_completed_qty: qty,
    items: [...materials, finished, ...scrap],
  };
}

/** Materials go to where work is in progress, before they are used up. */
export function materialsToWork(order: WorkOrder, qty: string, lines: GoodsLine[], when: When): Fields {
  return {
    stock_entry_type: "Material Transfer for Manufacture",
    posting_date: when.day,
    posting_time: when.time,
    work_order: order.name,
    fg_completed_qty: `${number(qty)}`,
    to_warehouse: order.wip_warehouse,
    items: lines.filter(positive).map((line) =>
      withoutNothing({
        item_code: line.item_code,
        qty: `${number(line.qty)}`,
        s_warehouse:
          order.required_items.find((row) => row.item_code === line.item_code)?.source_warehouse ??
          order.source_warehouse,
        ...pieces(line),
      }),
    ),
  };
}

export interface Worked {
  employee: string;
  from: string;
  to: string;
}

/** One that stands in the order more than once is chosen once: what is done of it counts for the first that is not done yet. */
export function operationsOf(order: WorkOrder): string[] {
  return [...new Set((order.operations ?? []).map(({ operation }) => operation))];
}

export function jobCard(order: string, operation: string, worked: Worked, completed: string): Fields {
  const log = { employee: worked.employee, from_time: worked.from, to_time: worked.to };
  return { work_order: order, operation, time_logs: [{ ...log, completed_qty: `${number(completed)}` }] };
}

export function timesheet(worked: Worked, activity: string, project: string, note: string): Fields {
  const { from, to } = worked;
  return withoutNothing({
    employee: worked.employee,
    note: note.trim(),
    time_logs: [withoutNothing({ activity_type: activity, from_time: from, to_time: to, project })],
  });
}

export interface NewCustomer {
  customer_name: string;
  mobile_no: string;
  customer_details: string;
}

export function customer(of: NewCustomer): Fields {
  return withoutNothing({
    customer_name: of.customer_name.trim(),
    customer_type: "Individual",
    mobile_no: of.mobile_no.trim(),
    customer_details: of.customer_details.trim(),
  });
}

export type Amounts = { mode_of_payment: string; amount: string }[];

export function tillOpening(floats: Amounts, when: When): Fields {
  const rows = floats.map((row) => ({ mode_of_payment: row.mode_of_payment, opening_amount: `${number(row.amount)}` }));
  return { posting_date: when.day, balance_details: rows };
}

export function tillClosing(opening: string | null, counts: Amounts, when: When): Fields {
  const rows = counts.map((row) => ({ mode_of_payment: row.mode_of_payment, closing_amount: `${number(row.amount)}` }));
  return withoutNothing({
    posting_date: when.day,
    posting_time: when.time,
    pos_opening_entry: opening,
    payment_reconciliation: rows,
  });
}

/** What comes back of a sale. */
export interface Returned {
  customer: string;
  against: string;
  /** The sale itself has moved the goods. Where a delivery note did, they come back by another way. */
  moveStock: boolean;
  /** Its part of what was taken off the whole sale. */
  discount: WholeDiscount;
  warehouse: string | undefined;
  lines: (GoodsLine & { row: string })[];
  /** How money is given back; null where none is. */
  mode_of_payment: string | null;
  money: Divided;
}

/** A discount of the whole, by ERPNext's names; empty where there is none. */
export interface WholeDiscount {
  apply_discount_on?: string;
  additional_discount_percentage?: string;
  discount_amount?: string;
}

/**
 * What of a sale's discount belongs to a return. A percentage as it is. Of an amount as much as the lines are of the sale's, counted with what
 * came back before (`returned`, by row): so the last return takes what rounding has left, and all of them together the whole amount.
 */
export function discountBack(
  sold: Fields,
  returned: Record<string, string>,
  lines: Returned["lines"],
  precision: number,
): WholeDiscount {
  const { apply_discount_on, additional_discount_percentage: percent, discount_amount } = sold as WholeDiscount;
  const on = apply_discount_on ? { apply_discount_on } : {};
  if (percent && !number(percent).isZero()) return { ...on, additional_discount_percentage: percent };
  const whole = number(discount_amount ?? "0");
  const rows = (sold.items as { qty: string; rate: string }[] | undefined) ?? [];
  const worth = (qtyOf: (row: string) => Decimal) =>
    rows.reduce(
      (all, { rate }, i) => all.plus(Fraction.of(qtyOf(`${i + 1}`)).times(Fraction.of(number(rate)))),
      Fraction.ZERO,
    );
  const all = worth((row) => number(rows[Number(row) - 1]?.qty ?? "0"));
  if (whole.isZero() || all.isZero()) return {};
  const before = (row: string) => number(returned[row] ?? "0");
  const now = (row: string) => sum(lines.filter((line) => line.row === row).map((line) => number(line.qty)));
  const upTo = (part: Fraction) => Fraction.of(whole).times(part).over(all).rounded(precision);
  const amount = upTo(worth((row) => before(row).plus(now(row)))).minus(upTo(worth(before)));
  return amount.isZero() ? {} : { ...on, discount_amount: `${amount.negated()}` };
}

export function returned(of: Returned, when: When): Fields {
  const negative = (text: string) => `${number(text).negated()}`;
  return withoutNothing({
    customer: of.customer,
    is_return: 1,
    return_against: of.against,
    posting_date: when.day,
    posting_time: when.time,
    update_stock: of.moveStock ? 1 : null,
    set_warehouse: of.warehouse,
    ...of.discount,
    update_outstanding_for_self: of.money.off.isZero() ? null : 0,
    items: of.lines.filter(positive).map((line) =>
      withoutNothing({
        item_code: line.item_code,
        qty: negative(line.qty),
        rate: line.rate,
        uom: line.uom,
        ...pieces(line),
        sales_invoice_item: line.row,
      }),
    ),
    payments:
      of.mode_of_payment === null || of.money.given.isZero()
        ? null
        : [{ mode_of_payment: of.mode_of_payment, amount: `${of.money.given.negated()}` }],
  });
}

/** Bills what was delivered or ordered, and uses up what was paid ahead: then nothing is paid with it, and `balance` says what is paid after it. */
export function bill(
  customer: string,
  order: string,
  lines: GoodsLine[],
  advances: { reference_name: string; reference_row: string | null; allocated_amount: string }[],
  settled: Settled,
  moveStock: boolean,
  masters: Masters,
  when: When,
): Fields {
  return withoutNothing({
    customer,
    posting_date: when.day,
    posting_time: when.time,
    update_stock: moveStock ? 1 : null,
    set_warehouse: masters.warehouses()[0],
    items: lines.filter(positive).map((line) =>
      withoutNothing({
        item_code: line.item_code,
        qty: `${number(line.qty)}`,
        rate: line.rate ?? "0",
        uom: line.uom,
        warehouse: line.warehouse,
        ...pieces(line),
        sales_order: order,
        so_detail: line.row,
      }),
    ),
    advances: advances.length > 0 ? advances.map(withoutNothing) : null,
    payments: advances.length === 0 && settled.payments.length > 0 ? settled.payments : null,
    change_amount: advances.length > 0 || settled.change.isZero() ? null : `${settled.change}`,
  });
}

/** What is paid of an invoice that uses up a deposit. */
export interface Balance {
  paid: Paid;
  /** What was handed over, where change was given of it. */
  given?: string;
}

/** A payment for each mode: ERPNext has no invoice that is paid at once and uses up what was paid ahead. Change is no part of it. */
export function balance(
  customer: string,
  invoice: string,
  settled: Settled,
  references: Record<string, string>,
): Balance[] {
  const last = settled.payments.length - 1;
  return settled.payments.map(({ mode_of_payment, amount: given }, i) => {
    const change = i === last ? settled.change : Decimal.ZERO;
    const amount = `${number(given).minus(change)}`;
    const paid: Paid = {
      kind: "Receive",
      party_type: "Customer",
      party: customer,
      mode_of_payment,
      amount,
      reference_no: references[mode_of_payment] ?? "",
      references: [{ reference_doctype: "Sales Invoice", reference_name: invoice, allocated_amount: amount }],
      remarks: "",
    };
    return change.isZero() ? { paid } : { paid, given };
  });
}

/** What priced lines come to; null where the books cannot keep it. */
export function lineSum(lines: GoodsLine[], precision: number): Decimal | null {
  const amount = (line: GoodsLine) => lineAmount({ qty: number(line.qty), rate: number(line.rate ?? "0") }, precision);
  return kept(() => sum(lines.map(amount)));
}
