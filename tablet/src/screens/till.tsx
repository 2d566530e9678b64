// The till: opened with a float, closed with a count. What has to be there is the box's word. Of cash it is shown only after somebody has counted;
// what came through a bank lies in no drawer, and can be taken over.

import { Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Till } from "../api-types";
import { app } from "../app";
import { number } from "../forms/cart";
import { type Amounts, tillClosing, tillOpening } from "../forms/documents";
import { expectedOf, uncounted } from "../forms/till";
import { t } from "../i18n";
import { useDraft } from "../parts/draft";
import { Choice, NumberField } from "../parts/fields";
import { Form } from "../parts/finish";
import { Button, Frame, Notice } from "../parts/frame";
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
  const last = outbox.entries.value.find((entry) => entry.kind.startsWith("till-") && outbox.isStanding(entry));
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
  const missing = uncounted(shown, what === "open" ? [] : (till?.expected ?? null), amounts);
  const all = missing.length === 0;
  return (
    <Form
      screen={SCREEN}
      title={t("tile.till")}
      draft={draft}
      lacks={all ? null : what === "open" ? "amount" : "counted"}
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
      {shown.map(({ mode_of_payment: mode, type }) => {
        const due = what === "close" && till && type !== "Cash" ? expectedOf(till.expected, mode) : null;
        return (
          <Fragment key={mode}>
            <NumberField
              label={what === "open" ? t("till.float", { mode }) : t("till.counted", { mode })}
              value={amountOf(mode)}
              onInput={(amount) => set(mode, amount)}
            />
            {due !== null && due !== amountOf(mode) && (
              <Button icon="check" onClick={() => set(mode, due)}>
                {t("till.as_expected", { amount: money(due) })}
              </Button>
            )}
          </Fragment>
        );
      })}
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
