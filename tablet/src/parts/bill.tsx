// What a cart comes to, with taxes and discounts, as the box will book it.

import { app } from "../app";
import { type Cart, cartTotals } from "../forms/cart";
import { t } from "../i18n";
import { Decimal } from "../money/decimal";
import { Invalid } from "../money/taxes";
import type { Totals } from "../money/totals";
import { Notice } from "./frame";
import { Sum } from "./lines";
import { money } from "./words";

export function reckon(cart: Cart, buying = false): Totals | Invalid | null {
  const { rows, clock } = app();
  try {
    return cartTotals(cart, rows.masters.value, clock.day(), buying);
  } catch (error) {
    if (error instanceof Invalid) return error;
    if (error instanceof Error) return new Invalid("items", error.message);
    throw error;
  }
}

export function Bill({ cart, buying = false }: { cart: Cart; buying?: boolean }) {
  const totals = reckon(cart, buying);
  if (!totals) return null;
  if (totals instanceof Invalid) return <Notice kind="bad">{`${totals.field}: ${totals.message}`}</Notice>;
  const rates = cart.lines.map((line) => {
    const { rows, clock } = app();
    return rows.masters.value.itemRates(rows.masters.value.get("item", line.item_code), clock.day());
  });
  const taxes = app().rows.masters.value.taxesFor(rates, buying);
  return (
    <dl class="bill">
      {!totals.discountAmount.isZero() && (
        <Sum label={t("bill.discount")} amount={money(totals.discountAmount.negated())} />
      )}
      {taxes.map((tax, i) => (
        <Sum
          key={tax.account_head}
          label={
            tax.included_in_print_rate ? t("bill.included", { tax: tax.description ?? "" }) : (tax.description ?? "")
          }
          amount={money(totals.taxes[i] ?? Decimal.ZERO)}
        />
      ))}
      <Sum large label={t("bill.total")} amount={money(totals.payable)} />
    </dl>
  );
}
