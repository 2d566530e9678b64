// Open orders, and handing over what is ready: with the bill and its balance, or with a delivery note alone.

import { useEffect, useState } from "preact/hooks";
import type { Order } from "../api-types";
import { app } from "../app";
import { emptyCart, number } from "../forms/cart";
import { type Balance, balance, bill, delivery, type GoodsLine, payment, type When } from "../forms/documents";
import { divide, left, type OpenOrder, openOrders, paidAhead, takesAhead } from "../forms/orders";
import { inCoins, type Settled, type Tendered, TooMuch } from "../forms/pay";
import { lackingPiece } from "../forms/pieces";
import { day as shownDay, t } from "../i18n";
import { Decimal, min } from "../money/decimal";
import { Invalid } from "../money/taxes";
import type { Entry } from "../outbox/entry";
import { useActing } from "../parts/acting";
import { reckon } from "../parts/bill";
import { prepare, useDraft, type Writing } from "../parts/draft";
import { Choice, TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { Goods, goodsLine, someGoods } from "../parts/goods";
import { Sum } from "../parts/lines";
import { needsReference } from "../parts/mode";
import { PickList } from "../parts/picker";
import { go, goInstead } from "../parts/place";
import { settled, Tender } from "../parts/tender";
import { money, partyName } from "../parts/words";
import { submitWritten } from "../parts/written";
import type { Meant } from "../submit";
import { uuid } from "../uuid";

/** What the box says, as long as it can be asked; the tablet's own knowledge otherwise. `amended` is to be corrected, and counts for nothing. */
function useOrders(amended?: Entry): OpenOrder[] {
  const { api, rows, outbox, link } = app();
  const [asked, setAsked] = useState<Order[] | null>(null);
  useEffect(() => {
    let gone = false;
    api
      .orders()
      .then((orders) => !gone && setAsked(orders))
      .catch(() => !gone && setAsked(null));
    return () => {
      gone = true;
    };
  }, [link.shop.value, link.reached.value.up]);
  return openOrders(rows.masters.value, outbox.entries.value, asked, amended);
}

export function Orders() {
  const orders = useOrders();
  const picks = orders
    .sort((a, b) => ((a.delivery_date ?? "") < (b.delivery_date ?? "") ? -1 : 1))
    .map((order) => ({
      key: order.order,
      text: partyName(order.customer),
      more: [order.number ?? "", order.delivery_date ? shownDay(order.delivery_date) : ""].filter(Boolean).join(" · "),
      end: money(order.grand_total),
    }));
  return (
    <Frame title={t("tile.deliver")}>
      <PickList label={t("orders.search")} picks={picks} onPick={(order) => go("deliver", order)} />
    </Frame>
  );
}

interface Delivering {
  order: string;
  /** All that is left, until somebody says otherwise. */
  lines: GoodsLine[] | null;
  how: "bill" | "note";
  tendered: Tendered[];
  /** The bank's numbers by mode of payment, where a deposit is used up: what is left is paid by itself then. */
  references?: Record<string, string>;
}

const SCREEN = "deliver";

export function Deliver({ of }: { of: string | null }) {
  const first = (): Delivering => ({ order: of ?? "", lines: null, how: "bill", tendered: [] });
  const draft = useDraft<Delivering>(`${SCREEN} ${of}`, first);
  const order = useOrders(app().outbox.get(draft?.amends ?? "")).find((order) => order.order === of);
  if (!draft) return <Frame title={t("tile.deliver")}>{null}</Frame>;
  if (!order) {
    return (
      <Frame title={t("tile.deliver")}>
        <Notice kind="warn">{t("orders.gone")}</Notice>
      </Frame>
    );
  }
  return <HandOver order={order} draft={draft} />;
}

/** What is to be delivered; where nothing is, what is to be billed. */
function linesOf(order: OpenOrder): GoodsLine[] {
  const open = left(order);
  const delivers = open.some((line) => line.to_deliver.isPositive());
  return open.map((line) => {
    const left = `${line.to_deliver.isPositive() ? line.to_deliver : line.to_bill}`;
    return goodsLine(line.item_code, {
      row: line.row,
      left,
      qty: delivers && !line.to_deliver.isPositive() ? "0" : left,
      rate: line.rate,
      ...(line.uom ? { uom: line.uom } : {}),
      ...(line.warehouse ? { warehouse: line.warehouse } : {}),
    });
  });
}

/** How it may be handed over; nothing where this person may not. */
function ways(order: OpenOrder): Delivering["how"][] {
  const { rows, people } = app();
  const masters = rows.masters.value;
  const roles = people.session.value?.roles ?? [];
  const delivers = left(order).some((line) => line.to_deliver.isPositive());
  const may = {
    bill: masters.may("submit", "Sales Invoice", roles),
    note: masters.may("submit", "Delivery Note", roles),
  };
  return [...(may.bill ? (["bill"] as const) : []), ...(may.note && delivers ? (["note"] as const) : [])];
}

function HandOver({ order, draft }: { order: OpenOrder; draft: Writing<Delivering> }) {
  const { rows, people, clock } = app();
  const masters = rows.masters.value;
  const roles = people.session.value?.roles ?? [];
  const mayTake = masters.may("submit", "Payment Entry", roles);
  const { act, failed } = useActing();
  const { tendered, references = {} } = draft.value;
  const lines = draft.value.lines ?? linesOf(order);
  const possible = ways(order);
  const how = possible.includes(draft.value.how) ? draft.value.how : (possible[0] ?? "bill");
  const set = draft.change;
  const label = { party: partyName(order.customer) };
  const screen = `${SCREEN} ${order.order}`;
  const chosen = lines.filter((line) => number(line.qty).isPositive());
  const { fresh, delivered } = divide(order, chosen);

  const totals = reckon({ ...emptyCart(order.customer), percent: order.percent, lines: chosen.map(asCartLine) });
  const payable = totals && !(totals instanceof Invalid) ? totals.payable : Decimal.ZERO;
  const { here, elsewhere, unclear } = paidAhead(order);
  const ahead = min(here, payable);
  const paidElsewhere = min(elsewhere, payable.minus(ahead));
  const open = payable.minus(ahead).minus(paidElsewhere);
  // Beside a deposit, what is paid now is booked as payments of their own.
  const apart = !ahead.isZero();
  const result = settled(open, apart && !mayTake ? [] : tendered);
  const banks = apart && !(result instanceof TooMuch) ? bankModes(result) : [];
  const paid = result instanceof TooMuch ? [] : result.payments.map(({ amount }) => amount);
  const coins = inCoins(paid, masters.precision);
  const nameless = banks.some((mode) => (references[mode] ?? "").trim() === "");
  const lacks =
    delivered.length > 0 && (how === "note" || fresh.length > 0)
      ? "mixed"
      : (lackingPiece(chosen, masters, { moves: fresh.length > 0, usedOn: clock.day() }) ??
        (how === "bill" && !coins ? "coins" : null) ??
        (how === "bill" && nameless ? "reference" : null));
  const fits = how === "note" || !(result instanceof TooMuch);
  const good = possible.length > 0 && someGoods(lines) && fits && lacks === null;

  const finish = async () => {
    if (!good) return;
    const beside = (when: When) =>
      how === "bill" && apart && !(result instanceof TooMuch)
        ? balance(order.customer, draft.id, result, references).map((row) => meant(row, label.party, when))
        : [];
    const entry = await submitWritten(
      screen,
      { ...draft, value: { ...draft.value, lines, how } },
      (when) => {
        if (how === "note")
          return { kind: "delivery-note", fields: delivery(order.customer, order.order, lines, masters, when) };
        if (result instanceof TooMuch) throw new Error("invariant: what is too much is not submitted");
        const advances = useUp(order, ahead);
        const fields = bill(order.customer, order.order, lines, advances, result, fresh.length > 0, masters, when);
        return { kind: "sales-invoice", fields: withPercent(fields, order.percent) };
      },
      how === "bill" ? { ...label, total: `${payable}` } : label,
      beside,
    );
    goInstead("document", entry.id);
  };
  const deposit = () => void prepare("payment", { value: depositFor(order) }).then(() => go("payment"));
  return (
    <Frame
      title={`${t("tile.deliver")} ${order.number ?? ""}`}
      failed={failed}
      actions={
        <Button kind="main" icon="check" disabled={!good} onClick={() => act(finish)}>
          {t("deliver.done")}
        </Button>
      }
    >
      <p>
        <b>{label.party}</b>
        {order.delivery_date && ` · ${t("order.promised")} ${shownDay(order.delivery_date)}`}
      </p>
      {order.items.map((line) => line.description && <pre key={line.row}>{line.description}</pre>)}
      <Goods lines={lines} onChange={(lines) => set({ lines })} />
      {possible.length > 1 && (
        <Choice
          label={t("deliver.how")}
          value={how}
          options={possible.map((value) => ({ value, text: t(`deliver.${value}`) }))}
          onChange={(how) => set({ how })}
        />
      )}
      {possible.length === 0 && <Notice kind="warn">{t("deliver.may_not")}</Notice>}
      {how === "bill" && (
        <>
          {!asOrdered(order) && (
            <Notice kind="warn">{t("deliver.differs", { total: money(order.grand_total) })}</Notice>
          )}
          <dl class="bill">
            <Sum label={t("bill.total")} amount={money(payable)} />
            {!ahead.isZero() && <Sum label={t("deliver.ahead")} amount={money(ahead.negated())} />}
            {!paidElsewhere.isZero() && <Sum label={t("deliver.elsewhere")} amount={money(paidElsewhere.negated())} />}
            <Sum large label={t("pay.to_pay")} amount={money(open)} />
          </dl>
          {!paidElsewhere.isZero() && <Notice kind="warn">{t("deliver.elsewhere_how")}</Notice>}
          {!unclear.isZero() && <Notice kind="warn">{t("deliver.unclear", { amount: money(unclear) })}</Notice>}
          {apart && !mayTake ? (
            <Notice kind="warn">{t("deliver.takes_nothing")}</Notice>
          ) : (
            <Tender payable={open} tendered={tendered} onChange={(tendered) => set({ tendered })} />
          )}
          {banks.map((mode) => (
            <TextField
              key={mode}
              label={`${t("reference_no")}, ${mode}`}
              value={references[mode] ?? ""}
              onInput={(typed) => set(({ references }) => ({ references: { ...references, [mode]: typed } }))}
            />
          ))}
        </>
      )}
      {lacks && <Notice kind="warn">{t(`lacks.${lacks}`)}</Notice>}
      {mayTake && takesAhead(order) && (
        <Button icon="money" onClick={deposit}>
          {t("order.more_deposit")}
        </Button>
      )}
    </Frame>
  );
}

/** Whether all its lines come to what the order does: else it has a discount or taxes that are not known here. */
function asOrdered(order: OpenOrder): boolean {
  const lines = order.items.map(({ item_code, qty, uom, rate }) =>
    asCartLine(goodsLine(item_code, { qty, rate, ...(uom ? { uom } : {}) })),
  );
  const totals = reckon({ ...emptyCart(order.customer), percent: order.percent, lines });
  if (!totals || totals instanceof Invalid) return false;
  // The office says what is paid; an older one, before that is rounded to coins.
  return [totals.payable, totals.grandTotal].some((total) => total.equals(number(order.grand_total)));
}

function asCartLine(line: GoodsLine) {
  const { item_code, item_name, uom, qty } = line;
  return { item_code, item_name, uom, qty, list: null, percent: "", price: line.rate ?? "0" };
}

function withPercent(fields: Record<string, unknown>, percent: string): Record<string, unknown> {
  return percent === "" ? fields : { ...fields, additional_discount_percentage: percent };
}

/** By which of the modes money goes through a bank, whose number a payment has. */
function bankModes({ payments }: Settled): string[] {
  return payments.map((row) => row.mode_of_payment).filter(needsReference);
}

function meant({ paid, given }: Balance, party: string, when: When): Meant {
  const form = { screen: "payment", value: paid };
  return { id: uuid(), kind: "payment-entry", fields: payment(paid, when), party, total: paid.amount, form, given };
}

/** What of the payments ahead is used up by a bill, the oldest first. */
function useUp(order: OpenOrder, amount: Decimal) {
  let rest = amount;
  return order.advances.flatMap(({ reference_name, reference_row, open }) => {
    const part = min(number(open), rest);
    rest = rest.minus(part);
    return part.isPositive() ? [{ reference_name, reference_row, allocated_amount: `${part}` }] : [];
  });
}

function depositFor(order: OpenOrder) {
  return {
    kind: "Receive",
    party_type: "Customer",
    party: order.customer,
    mode_of_payment: "",
    amount: "",
    reference_no: "",
    references: [{ reference_doctype: "Sales Order", reference_name: order.order, allocated_amount: "" }],
    remarks: "",
  };
}
