// The till: opened with a float, closed with a count. What has to be there is the box's word, and is shown only after somebody has counted.

import { useEffect, useState } from "preact/hooks";
import type { Till } from "../api-types";
import { app } from "../app";
import { number } from "../forms/cart";
import { type Amounts, tillClosing, tillOpening } from "../forms/documents";
import { t } from "../i18n";
import { useDraft } from "../parts/draft";
import { Choice, NumberField } from "../parts/fields";
import { Form } from "../parts/finish";
import { Frame, Notice } from "../parts/frame";
import { Sum } from "../parts/lines";
import { money } from "../parts/words";

interface Counting {
  what: "open" | "close";
  amounts: Amounts;
}

const SCREEN = "till";

export function TillScreen() {
  const { api, rows, link, outbox } = app();
  const [till, setTill] = useState<Till | null>(null);
  useEffect(() => {
    let gone = false;
    api
      .till()
      .then((told) => !gone && setTill(told))
      .catch(() => !gone && setTill(null));
    return () => {
      gone = true;
    };
  }, [link.shop.value, link.reached.value.up]);
  // Without the box, by what this tablet did last with the till.
  const last = outbox.entries.value.find(
    (entry) => entry.kind.startsWith("till-") && entry.state !== "refused" && !entry.cancelledBy,
  );
  const isOpen = till ? till.opened !== null : last?.kind === "till-opening";
  const modes = rows.masters.value.modes();
  const cash = modes.filter((mode) => mode.type === "Cash");
  const draft = useDraft<Counting>(SCREEN, () => ({ what: isOpen ? "close" : "open", amounts: [] }));
  if (!draft) return <Frame title={t("tile.till")}>{null}</Frame>;
  const { what, amounts } = draft.value;
  const shown = what === "open" ? cash : modes;
  const amountOf = (mode: string) => amounts.find((row) => row.mode_of_payment === mode)?.amount ?? "";
  const set = (mode: string, amount: string) =>
    draft.change({
      amounts: modes.map((row) => ({
        mode_of_payment: row.mode_of_payment,
        amount: row.mode_of_payment === mode ? amount : amountOf(row.mode_of_payment),
      })),
    });
  const counted = shown.map((row) => ({ mode_of_payment: row.mode_of_payment, amount: amountOf(row.mode_of_payment) }));
  const all = cash.every((row) => amountOf(row.mode_of_payment) !== "");
  return (
    <Form
      screen={SCREEN}
      title={t("tile.till")}
      draft={draft}
      lacks={all ? null : "amount"}
      done={what === "open" ? "till.open_done" : "till.close_done"}
      make={(when) =>
        what === "open"
          ? { kind: "till-opening", fields: tillOpening(counted, when) }
          : { kind: "till-closing", fields: tillClosing(till?.opened?.id ?? null, counted, when) }
      }
    >
      <Notice kind={isOpen ? "good" : "warn"}>{isOpen ? t("till.is_open") : t("till.is_closed")}</Notice>
      <Choice
        label={t("till.what")}
        value={what}
        options={[
          { value: "open", text: t("till.open") },
          { value: "close", text: t("till.close") },
        ]}
        onChange={(what) => draft.change({ what })}
      />
      {shown.map((mode) => (
        <NumberField
          key={mode.mode_of_payment}
          label={
            what === "open"
              ? t("till.float", { mode: mode.mode_of_payment })
              : t("till.counted", { mode: mode.mode_of_payment })
          }
          value={amountOf(mode.mode_of_payment)}
          onInput={(amount) => set(mode.mode_of_payment, amount)}
        />
      ))}
      {what === "close" && till && all && (
        <dl class="bill">
          {till.expected.map((row) => {
            const off = number(amountOf(row.mode_of_payment)).minus(number(row.amount));
            return (
              <Sum
                key={row.mode_of_payment}
                label={t("till.expected", { mode: row.mode_of_payment, amount: money(row.amount) })}
                amount={off.isZero() ? t("till.fits") : money(off)}
              />
            );
          })}
        </dl>
      )}
    </Form>
  );
}
