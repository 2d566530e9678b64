// Somebody who buys here for the first time. Other documents may name them at once, by this document's id.

import { app } from "../app";
import { lackingOfNew } from "../forms/called";
import { customer, type NewCustomer } from "../forms/documents";
import { t } from "../i18n";
import { useDraft } from "../parts/draft";
import { TextField } from "../parts/fields";
import { Form } from "../parts/finish";
import { Frame, Notice } from "../parts/frame";

const SCREEN = "customer";

export function CustomerScreen() {
  const draft = useDraft<NewCustomer>(SCREEN, () => ({ customer_name: "", mobile_no: "", customer_details: "" }));
  if (!draft) return <Frame title={t("tile.customer")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const name = value.customer_name.trim();
  const same = app()
    .rows.masters.value.customers()
    .find((row) => row.customer_name.toLowerCase() === name.toLowerCase());
  return (
    <Form
      screen={SCREEN}
      title={t("tile.customer")}
      draft={draft}
      lacks={name === "" ? "name" : lackingOfNew("Customer", name, value.mobile_no)}
      done="customer.done"
      make={() => ({ kind: "customer", fields: customer(value) })}
      label={{ party: name }}
    >
      <TextField
        label={t("customer.name")}
        value={value.customer_name}
        onInput={(customer_name) => set({ customer_name })}
      />
      {same && <Notice kind="warn">{t("customer.same", { mobile: same.mobile_no ?? "" })}</Notice>}
      <TextField
        label={t("customer.mobile")}
        type="tel"
        value={value.mobile_no}
        onInput={(mobile_no) => set({ mobile_no })}
      />
      <TextField
        label={t("customer.details")}
        hint={t("line.measures_hint")}
        lines={4}
        value={value.customer_details}
        onInput={(customer_details) => set({ customer_details })}
      />
    </Form>
  );
}
