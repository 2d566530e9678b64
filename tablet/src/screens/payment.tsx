// Money that comes from a customer or goes to a supplier: for open invoices, ahead on an order, or for nothing named yet.

import { useEffect, useState } from "preact/hooks";
import type { OpenInvoice } from "../api-types";
import { app } from "../app";
import { number } from "../forms/cart";
import { type Paid, payment } from "../forms/documents";
import { day as shownDay, t } from "../i18n";
import { Decimal, min } from "../money/decimal";
import { useActing } from "../parts/acting";
import { useDraft } from "../parts/draft";
import { Choice, NumberField, TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { ModeChoice, needsReference } from "../parts/mode";
import { Picker } from "../parts/picker";
import { goInstead } from "../parts/place";
import { customerPicks, money, partyName, supplierPicks } from "../parts/words";
import { submitWritten } from "../parts/written";

const SCREEN = "payment";

const first = (): Paid => ({
  kind: "Receive",
  party_type: "Customer",
  party: "",
  mode_of_payment: "",
  amount: "",
  reference_no: "",
  references: [],
  remarks: "",
});

export function Payment() {
  const { rows } = app();
  const draft = useDraft<Paid>(SCREEN, first);
  const { act, failed } = useActing();
  const value = draft?.value ?? first();
  const invoices = useInvoices(value);
  if (!draft) return <Frame title={t("tile.payment")}>{null}</Frame>;
  const set = draft.change;
  const mode = value.mode_of_payment || (rows.masters.value.modes()[0]?.mode_of_payment ?? "");
  const amount = number(value.amount);
  const fixed = value.references.find((row) => row.reference_doctype === "Sales Order");
  const lacks =
    value.party === ""
      ? "party"
      : !amount.isPositive()
        ? "amount"
        : needsReference(mode) && value.reference_no.trim() === ""
          ? "reference"
          : null;
  const finish = async () => {
    if (lacks) return;
    const references = allocate(value, amount, invoices);
    const entry = await submitWritten(
      SCREEN,
      draft,
      (when) => ({ kind: "payment-entry", fields: payment({ ...value, mode_of_payment: mode, references }, when) }),
      { party: partyName(value.party), total: `${amount}` },
    );
    goInstead("document", entry.id);
  };
  return (
    <Frame
      title={t("tile.payment")}
      failed={failed}
      actions={
        <Button kind="main" icon="check" disabled={lacks !== null} onClick={() => act(finish)}>
          {t("payment.done")}
        </Button>
      }
    >
      <Choice
        label={t("payment.way")}
        value={value.party_type}
        options={[
          { value: "Customer", text: t("payment.receive") },
          { value: "Supplier", text: t("payment.pay") },
        ]}
        onChange={(party_type) =>
          set({ party_type, kind: party_type === "Customer" ? "Receive" : "Pay", party: "", references: [] })
        }
      />
      <Picker
        label={t(value.party_type === "Customer" ? "customer" : "supplier")}
        value={value.party}
        picks={value.party_type === "Customer" ? customerPicks() : supplierPicks()}
        onPick={(party) => set({ party, references: [] })}
      />
      {fixed && <Notice kind="good">{t("payment.for_order")}</Notice>}
      {!fixed && invoices.length > 0 && (
        <fieldset class="choice checks">
          <legend>{t("payment.for")}</legend>
          {invoices.map((invoice) => {
            const on = value.references.some((row) => row.reference_name === invoice.invoice);
            return (
              <label key={invoice.invoice} class={on ? "on" : ""}>
                <input type="checkbox" checked={on} onChange={() => set({ references: toggled(value, invoice, on) })} />
                {invoice.number ?? invoice.invoice} · {shownDay(invoice.posting_date)} · {money(invoice.outstanding)}
              </label>
            );
          })}
        </fieldset>
      )}
      <NumberField label={t("amount")} value={value.amount} onInput={(amount) => set({ amount })} />
      <ModeChoice
        mode={mode}
        reference={value.reference_no}
        onChange={(mode_of_payment, reference_no) => set({ mode_of_payment, reference_no })}
      />
      <TextField label={t("note")} value={value.remarks} onInput={(remarks) => set({ remarks })} />
      {lacks && <Notice kind="warn">{t(`lacks.${lacks}`)}</Notice>}
    </Frame>
  );
}

function doctype(value: Paid): string {
  return value.party_type === "Customer" ? "Sales Invoice" : "Purchase Invoice";
}

function toggled(value: Paid, invoice: OpenInvoice, on: boolean): Paid["references"] {
  const rest = value.references.filter((row) => row.reference_name !== invoice.invoice);
  if (on) return rest;
  return [...rest, { reference_doctype: doctype(value), reference_name: invoice.invoice, allocated_amount: "" }];
}

/** What is paid of each: as much as is open, in order; of an order, all of it. */
function allocate(value: Paid, amount: Decimal, invoices: readonly OpenInvoice[]): Paid["references"] {
  let rest = amount;
  return value.references.flatMap((row) => {
    const open = invoices.find((invoice) => invoice.invoice === row.reference_name)?.outstanding;
    const part = open === undefined ? rest : min(rest, Decimal.from(open));
    rest = rest.minus(part);
    return part.isPositive() ? [{ ...row, allocated_amount: `${part}` }] : [];
  });
}

/** What is open: by the box's word, else as the office's rows have it. */
function useInvoices(value: Paid): OpenInvoice[] {
  const { api, rows, link } = app();
  const [asked, setAsked] = useState<OpenInvoice[] | null>(null);
  const { party, party_type } = value;
  useEffect(() => {
    let gone = false;
    setAsked(null);
    if (party === "") return;
    api
      .invoices(party_type === "Customer" ? { customer: party } : { supplier: party })
      .then((found) => !gone && setAsked(found))
      .catch(() => {});
    return () => {
      gone = true;
    };
  }, [party, party_type, link.shop.value, link.reached.value.up]);
  if (asked) return asked;
  const buying = party_type === "Supplier";
  const known = rows.masters.value.all("open-invoice").filter((row) => row.party === party && !!row.buying === buying);
  return known.map(({ invoice, posting_date, outstanding_amount }) => ({
    invoice,
    number: null,
    party,
    posting_date,
    total: null,
    outstanding: outstanding_amount,
  }));
}
