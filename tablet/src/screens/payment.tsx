// Money that comes from a customer or goes to a supplier: for open invoices, ahead on an order, or for nothing named yet.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { OpenInvoice } from "../api-types";
import { app } from "../app";
import { number } from "../forms/cart";
import { type Paid, payment } from "../forms/documents";
import { inCoins } from "../forms/pay";
import { allocate, closed, type Open, openWithout } from "../forms/paying";
import { day as shownDay, t } from "../i18n";
import type { Entry } from "../outbox/entry";
import { useActing } from "../parts/acting";
import { useDraft } from "../parts/draft";
import { Choice, NumberField, TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { ModeChoice, needsReference } from "../parts/mode";
import { Picker } from "../parts/picker";
import { goInstead } from "../parts/place";
import { customerPicks, money, partyName, paysFor, supplierPicks } from "../parts/words";
import { submitWritten } from "../parts/written";
import type { Masters } from "../rows/masters";

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
  const { invoices, sure } = useInvoices(value, app().outbox.get(draft?.amends ?? ""));
  if (!draft) return <Frame title={t("tile.payment")}>{null}</Frame>;
  const set = draft.change;
  const mode = value.mode_of_payment || (rows.masters.value.modes()[0]?.mode_of_payment ?? "");
  const amount = number(value.amount);
  const fixed = value.references.find((row) => row.reference_doctype === "Sales Order");
  const unlisted = closed(value.references, invoices);
  const lacks =
    value.party === ""
      ? "party"
      : sure && unlisted.length > 0
        ? "paid_already"
        : !amount.isPositive()
          ? "amount"
          : !inCoins([value.amount], rows.masters.value.precision)
            ? "coins"
            : needsReference(mode) && value.reference_no.trim() === ""
              ? "reference"
              : null;
  const finish = async () => {
    if (lacks) return;
    const references = allocate(value.references, amount, invoices);
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
      {!fixed && invoices.length + unlisted.length > 0 && (
        <fieldset class="choice checks">
          <legend>{t("payment.for")}</legend>
          {unlisted.map((row) => (
            <For key={row.reference_name} on onChange={() => set({ references: toggled(value, row.reference_name) })}>
              {paysFor({ references: [row] })}
            </For>
          ))}
          {invoices.map(({ invoice, number, posting_date, outstanding }) => (
            <For
              key={invoice}
              on={value.references.some((row) => row.reference_name === invoice)}
              onChange={() => set({ references: toggled(value, invoice) })}
            >
              {[
                number ?? paysFor({ references: [referenceTo(value, invoice)] }),
                posting_date && shownDay(posting_date),
                money(outstanding),
              ]
                .filter(Boolean)
                .join(" · ")}
            </For>
          ))}
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

function referenceTo({ party_type }: Paid, invoice: string): Paid["references"][number] {
  const reference_doctype = party_type === "Customer" ? "Sales Invoice" : "Purchase Invoice";
  return { reference_doctype, reference_name: invoice, allocated_amount: "" };
}

function toggled(value: Paid, invoice: string): Paid["references"] {
  const rest = value.references.filter((row) => row.reference_name !== invoice);
  if (rest.length < value.references.length) return rest;
  return [...rest, referenceTo(value, invoice)];
}

interface ForProps {
  on: boolean;
  onChange: () => void;
  children: ComponentChildren;
}

/** Something that is paid for, or is not. */
function For({ on, onChange, children }: ForProps) {
  return (
    <label class={on ? "on" : ""}>
      <input type="checkbox" checked={on} onChange={onChange} />
      {children}
    </label>
  );
}

/** What is open: by the box's word, else as the office's rows have it; then it is not `sure`. `amended` is to be corrected, and counts for nothing. */
function useInvoices(value: Paid, amended: Entry | undefined): Open {
  const { api, rows, link, outbox } = app();
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
  }, [party, party_type, link.shop.value, link.reached.value.up, amended?.state === "waiting"]);
  const open: Open = asked
    ? { invoices: asked, sure: true }
    : { invoices: ofOffice(value, rows.masters.value), sure: false };
  return { ...open, invoices: openWithout(amended, outbox.entries.value, open, value) };
}

function ofOffice({ party, party_type }: Paid, masters: Masters): OpenInvoice[] {
  const buying = party_type === "Supplier";
  const known = masters.all("open-invoice").filter((row) => row.party === party && !!row.buying === buying);
  return known.map(({ invoice, posting_date, outstanding_amount }) => ({
    invoice,
    number: null,
    party,
    posting_date,
    total: null,
    outstanding: outstanding_amount,
  }));
}
