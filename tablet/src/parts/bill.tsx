// What a cart, or goods that are bought, come to, with taxes and discounts, as the box will book it.

import { app } from "../app";
import { type Cart, cartTotals } from "../forms/cart";
import type { GoodsLine } from "../forms/documents";
import { boughtOf, boughtTotals } from "../forms/new";
import { t } from "../i18n";
import { Decimal } from "../money/decimal";
import { Invalid } from "../money/taxes";
import type { Totals } from "../money/totals";
import { Notice } from "./frame";
import { Sum } from "./lines";
import { money } from "./words";

type Reckoned = Totals | Invalid | null;

export function reckon(cart: Cart, buying = false): Reckoned {
  const { rows, clock } = app();
  return orWhy(() => cartTotals(cart, rows.masters.value, clock.day(), buying));
}

/** Of goods that are bought, by the taxes of the day that their bill bears. */
export function reckonBought(lines: readonly GoodsLine[], day: string): Reckoned {
  return orWhy(() => boughtTotals(lines, app().rows.masters.value, day));
}

function orWhy(reckon: () => Totals | null): Reckoned {
  try {
    return reckon();
  } catch (error) {
    if (error instanceof Invalid) return error;
    if (error instanceof Error) return new Invalid("items", error.message);
    throw error;
  }
}

export function Bill({ cart, buying = false }: { cart: Cart; buying?: boolean }) {
  const items = cart.lines.map((line) => line.item_code);
  return <Sums totals={reckon(cart, buying)} items={items} day={app().clock.day()} buying={buying} />;
}

export function BoughtBill({ lines, day }: { lines: readonly GoodsLine[]; day: string }) {
  const items = boughtOf(lines).map((line) => line.item_code);
  return <Sums totals={reckonBought(lines, day)} items={items} day={day} buying />;
}

interface SumsProps {
  totals: Reckoned;
  items: readonly string[];
  day: string;
  buying: boolean;
}

function Sums({ totals, items, day, buying }: SumsProps) {
  if (!totals) return null;
  if (totals instanceof Invalid) return <Notice kind="bad">{`${totals.field}: ${totals.message}`}</Notice>;
  const masters = app().rows.masters.value;
  const rates = items.map((code) => masters.itemRates(masters.get("item", code), day));
  const taxes = masters.taxesFor(rates, buying);
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
