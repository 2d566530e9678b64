// Somebody who buys here for the first time. Other documents may name them at once, by this document's id.

import { app } from "../app";
import { customer, type NewCustomer } from "../forms/documents";
import { t } from "../i18n";
import { useActing } from "../parts/acting";
import { useDraft } from "../parts/draft";
import { TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { goInstead } from "../parts/place";
import { submitWritten } from "../parts/written";

const SCREEN = "customer";

export function CustomerScreen() {
  const { act, failed } = useActing();
  const draft = useDraft<NewCustomer>(SCREEN, () => ({ customer_name: "", mobile_no: "", customer_details: "" }));
  if (!draft) return <Frame title={t("tile.customer")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const name = value.customer_name.trim();
  const same = app()
    .rows.masters.value.customers()
    .find((row) => row.customer_name.toLowerCase() === name.toLowerCase());
  const finish = async () => {
    if (name === "") return;
    const make = () => ({ kind: "customer", fields: customer(value) });
    const entry = await submitWritten(SCREEN, draft, make, { party: name });
    goInstead("document", entry.id);
  };
  return (
    <Frame
      title={t("tile.customer")}
      failed={failed}
      actions={
        <Button kind="main" icon="check" disabled={name === ""} onClick={() => act(finish)}>
          {t("customer.done")}
        </Button>
      }
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
    </Frame>
  );
}
