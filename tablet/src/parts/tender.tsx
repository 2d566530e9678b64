// How something is paid: an amount for each mode, quick notes for cash, what is given back, what stays open.

import { app } from "../app";
import { likelyNotes, type Settled, settle, type Tendered, TooMuch } from "../forms/pay";
import { t } from "../i18n";
import type { Decimal } from "../money/decimal";
import { NumberField } from "./fields";
import { Button, Notice } from "./frame";
import { Sum } from "./lines";
import { money } from "./words";

interface TenderProps {
  payable: Decimal;
  tendered: readonly Tendered[];
  onChange: (tendered: Tendered[]) => void;
}

export function settled(payable: Decimal, tendered: readonly Tendered[]): Settled | TooMuch {
  try {
    return settle(payable, tendered);
  } catch (error) {
    if (error instanceof TooMuch) return error;
    throw error;
  }
}

export function Tender({ payable, tendered, onChange }: TenderProps) {
  const masters = app().rows.masters.value;
  const { settings } = masters;
  const modes = masters.modes();
  const amountOf = (mode: string) => tendered.find((row) => row.mode_of_payment === mode)?.amount ?? "";
  const set = (mode: string, amount: string) =>
    onChange(
      modes.map(({ mode_of_payment, type }) => ({
        mode_of_payment,
        cash: type === "Cash",
        amount: mode_of_payment === mode ? amount : amountOf(mode_of_payment),
      })),
    );
  const result = settled(payable, tendered);
  const cash = modes.find((mode) => mode.type === "Cash")?.mode_of_payment;
  return (
    <>
      {cash && (
        <div class="buttons notes">
          {likelyNotes(payable, settings?.currency ?? "IDR").map((note) => (
            <Button key={`${note}`} onClick={() => set(cash, `${note}`)}>
              {money(note)}
            </Button>
          ))}
        </div>
      )}
      {modes.map((mode) => (
        <NumberField
          key={mode.mode_of_payment}
          label={mode.mode_of_payment}
          value={amountOf(mode.mode_of_payment)}
          onInput={(amount) => set(mode.mode_of_payment, amount)}
        />
      ))}
      {result instanceof TooMuch ? (
        <Notice kind="bad">{t("pay.too_much")}</Notice>
      ) : (
        <dl class="bill" aria-live="polite">
          {!result.change.isZero() && <Sum large label={t("pay.change")} amount={money(result.change)} />}
          {!result.open.isZero() && <Sum large label={t("pay.open")} amount={money(result.open)} />}
        </dl>
      )}
    </>
  );
}
