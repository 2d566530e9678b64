// A sale: what, to whom, at which price; then how it is paid. Both steps are one draft.

import { useState } from "preact/hooks";
import { app } from "../app";
import { type Cart, emptyCart, lacking } from "../forms/cart";
import { sale } from "../forms/documents";
import { inCoins, type Tendered, TooMuch } from "../forms/pay";
import { lackingPiece } from "../forms/pieces";
import { t } from "../i18n";
import { Invalid } from "../money/taxes";
import { useActing } from "../parts/acting";
import { Bill, reckon } from "../parts/bill";
import { useDraft } from "../parts/draft";
import { NumberField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { Lines, Sum } from "../parts/lines";
import { Picker } from "../parts/picker";
import { goInstead } from "../parts/place";
import { settled, Tender } from "../parts/tender";
import { usualWarehouse, WarehouseChoice } from "../parts/warehouse";
import { customerPicks, money, partyName } from "../parts/words";
import { submitWritten } from "../parts/written";
import type { Masters } from "../rows/masters";

export interface Selling {
  cart: Cart;
  tendered: Tendered[];
}

const SCREEN = "sell";

/** A sale before its first item. */
export const nothingSold = (masters: Masters): Selling => ({
  cart: { ...emptyCart(masters.settings?.walk_in_customer ?? ""), warehouse: usualWarehouse(SCREEN) },
  tendered: [],
});

export function Sell() {
  const { rows, clock } = app();
  const masters = rows.masters.value;
  const [paying, setPaying] = useState(false);
  const { act, failed } = useActing();
  const draft = useDraft<Selling>(SCREEN, () => nothingSold(masters));
  if (!draft) return <Frame title={t("tile.sell")}>{null}</Frame>;
  const { cart, tendered } = draft.value;
  const inCart = (to: (cart: Cart) => Cart) => draft.change(({ cart }) => ({ cart: to(cart) }));
  const totals = reckon(cart);
  const good = totals && !(totals instanceof Invalid) ? totals : null;
  const lacks =
    lacking(cart, masters.precision) ??
    lackingPiece(cart.lines, masters, { moves: true, usedOn: clock.day() }) ??
    (cart.customer === "" ? "customer" : null);

  if (!paying || !good) {
    return (
      <Frame
        title={draft.amends ? t("correct.title", { what: t("kind.sales-invoice") }) : t("tile.sell")}
        failed={failed}
        actions={
          <>
            {cart.lines.length > 0 && (
              <Button icon="cross" onClick={() => act(draft.clear)}>
                {t("clear")}
              </Button>
            )}
            <Button kind="main" icon="money" disabled={!good || lacks !== null} onClick={() => setPaying(true)}>
              {good ? t("sell.pay", { total: money(good.payable) }) : t("sell.pay_nothing")}
            </Button>
          </>
        }
      >
        <Lines cart={cart} onChange={inCart} />
        {lacks && lacks !== "empty" && <Notice kind="warn">{t(`lacks.${lacks}`)}</Notice>}
        <Picker
          label={t("customer")}
          value={cart.customer}
          picks={customerPicks()}
          onPick={(customer) => inCart((cart) => ({ ...cart, customer }))}
        />
        <WarehouseChoice
          work={SCREEN}
          value={cart.warehouse}
          onChange={(warehouse) => inCart((cart) => ({ ...cart, warehouse }))}
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
          </>
        )}
      </Frame>
    );
  }

  const result = settled(good.payable, tendered);
  const fits = !(result instanceof TooMuch);
  const paid = fits ? result.payments.map(({ amount }) => amount) : [];
  const coins = inCoins(paid, masters.precision);
  const nameless = fits && !result.open.isZero() && cart.customer === masters.settings?.walk_in_customer;
  const finish = async () => {
    if (!fits || !coins || nameless) return;
    const entry = await submitWritten(
      SCREEN,
      draft,
      (when) => ({ kind: "sales-invoice", fields: sale(cart, result, masters, when) }),
      { party: partyName(cart.customer), total: `${good.payable}` },
    );
    goInstead("document", entry.id);
  };
  return (
    <Frame
      title={t("pay.title")}
      onBack={() => setPaying(false)}
      failed={failed}
      actions={
        <Button kind="main" icon="check" disabled={!fits || !coins || nameless} onClick={() => act(finish)}>
          {!fits || result.open.isZero() ? t("pay.done") : t("pay.done_open", { open: money(result.open) })}
        </Button>
      }
    >
      <dl class="bill">
        <Sum large label={t("pay.to_pay")} amount={money(good.payable)} />
      </dl>
      <Tender payable={good.payable} tendered={tendered} onChange={(tendered) => draft.change({ tendered })} />
      {!coins && <Notice kind="warn">{t("lacks.coins")}</Notice>}
      {nameless && (
        <>
          <Notice kind="warn">{t("pay.who_owes")}</Notice>
          <Picker
            label={t("customer")}
            value={cart.customer}
            picks={customerPicks()}
            onPick={(customer) => inCart((cart) => ({ ...cart, customer }))}
          />
        </>
      )}
    </Frame>
  );
}
