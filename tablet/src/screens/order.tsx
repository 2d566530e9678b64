// An order: what, to which measures, promised for which day, and what is paid ahead on it at once.

import { app } from "../app";
import { type Cart, emptyCart, lacking, lackingPromise } from "../forms/cart";
import { order, type Paid, payment, type When } from "../forms/documents";
import { inCoins } from "../forms/pay";
import { lackingPiece } from "../forms/pieces";
import { t } from "../i18n";
import { Decimal } from "../money/decimal";
import { Invalid } from "../money/taxes";
import { useActing } from "../parts/acting";
import { Bill, reckon } from "../parts/bill";
import { useDraft } from "../parts/draft";
import { NumberField, TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { Lines } from "../parts/lines";
import { ModeChoice, needsReference } from "../parts/mode";
import { Picker } from "../parts/picker";
import { goInstead } from "../parts/place";
import { usualWarehouse, WarehouseChoice } from "../parts/warehouse";
import { customerPicks, partyName } from "../parts/words";
import { submitWritten } from "../parts/written";
import type { Meant } from "../submit";
import { uuid } from "../uuid";

interface Ordering {
  cart: Cart;
  deliveryDate: string;
  deposit: string;
  mode: string;
  reference: string;
}

const SCREEN = "order";

export function OrderScreen() {
  const { act, failed } = useActing();
  const { rows, people, clock } = app();
  const masters = rows.masters.value;
  const mayTake = masters.may("submit", "Payment Entry", people.session.value?.roles ?? []);
  const draft = useDraft<Ordering>(SCREEN, () => ({
    cart: { ...emptyCart(""), warehouse: usualWarehouse(SCREEN) },
    deliveryDate: "",
    deposit: "",
    mode: masters.modes()[0]?.mode_of_payment ?? "",
    reference: "",
  }));
  if (!draft) return <Frame title={t("tile.order")}>{null}</Frame>;
  const { value } = draft;
  const { cart } = value;
  const set = draft.change;
  const inCart = (to: (cart: Cart) => Cart) => set(({ cart }) => ({ cart: to(cart) }));
  const totals = reckon(cart);
  const good = totals && !(totals instanceof Invalid) ? totals : null;
  const deposit = (mayTake ? Decimal.read(value.deposit) : null) ?? Decimal.ZERO;
  const lacks =
    lacking(cart, masters.precision) ??
    lackingPiece(cart.lines, masters, { moves: false }) ??
    (cart.customer === "" ? "customer" : lackingPromise(value.deliveryDate, clock.day())) ??
    (good && deposit.compare(good.payable) > 0 ? "deposit" : null) ??
    (mayTake && !inCoins([value.deposit], masters.precision) ? "coins" : null) ??
    (deposit.isPositive() && needsReference(value.mode) && value.reference.trim() === "" ? "reference" : null);
  const finish = async () => {
    if (!good || lacks) return;
    const label = { party: partyName(cart.customer), total: `${good.payable}` };
    const make = (when: When) => ({
      kind: "sales-order",
      fields: order(cart, value.deliveryDate, masters, when),
    });
    const beside = (when: When) => (deposit.isPositive() ? [depositOf(draft.id, value, label.party, when)] : []);
    const entry = await submitWritten(SCREEN, draft, make, label, beside);
    goInstead("document", entry.id);
  };
  return (
    <Frame
      title={t("tile.order")}
      failed={failed}
      actions={
        <Button kind="main" icon="check" disabled={!good || lacks !== null} onClick={() => act(finish)}>
          {t("order.done")}
        </Button>
      }
    >
      <Picker
        label={t("customer")}
        value={cart.customer}
        picks={customerPicks()}
        onPick={(customer) => inCart((cart) => ({ ...cart, customer }))}
      />
      <Lines cart={cart} measures onChange={inCart} />
      <p class="quiet">{t("order.measures_how")}</p>
      <WarehouseChoice
        work={SCREEN}
        value={cart.warehouse}
        onChange={(warehouse) => inCart((cart) => ({ ...cart, warehouse }))}
      />
      <TextField
        label={t("order.promised")}
        type="date"
        value={value.deliveryDate}
        onInput={(deliveryDate) => set({ deliveryDate })}
      />
      {cart.lines.length > 0 && (
        <>
          <NumberField
            label={t("sell.discount")}
            unit="%"
            value={cart.percent}
            onInput={(percent) => inCart((cart) => ({ ...cart, percent }))}
          />
          <Bill cart={cart} />
          {mayTake && (
            <NumberField label={t("order.deposit")} value={value.deposit} onInput={(deposit) => set({ deposit })} />
          )}
          {deposit.isPositive() && (
            <ModeChoice
              mode={value.mode}
              reference={value.reference}
              onChange={(mode, reference) => set({ mode, reference })}
            />
          )}
        </>
      )}
      {lacks && lacks !== "empty" && <Notice kind="warn">{t(`lacks.${lacks}`)}</Notice>}
    </Frame>
  );
}

/** What is paid ahead on the order of that id. */
function depositOf(order: string, value: Ordering, party: string, when: When): Meant {
  const allocated_amount = `${Decimal.from(value.deposit)}`;
  const paid: Paid = {
    kind: "Receive",
    party_type: "Customer",
    party: value.cart.customer,
    mode_of_payment: value.mode,
    amount: value.deposit,
    reference_no: value.reference,
    references: [{ reference_doctype: "Sales Order", reference_name: order, allocated_amount }],
    remarks: "",
  };
  // It is kept with the order or not at all, so it is there once, as the order is.
  const form = { screen: "payment", value: paid };
  return { id: uuid(), kind: "payment-entry", fields: payment(paid, when), party, total: allocated_amount, form };
}
