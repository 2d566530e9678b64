// Somebody who sells to the workshop for the first time. A receipt or a bill may name them at once, by this document's id.

import { app } from "../app";
import { lackingOfNew } from "../forms/called";
import { type NewSupplier, supplier } from "../forms/new";
import { t } from "../i18n";
import { useDraft } from "../parts/draft";
import { TextField } from "../parts/fields";
import { Form } from "../parts/finish";
import { Frame, Notice } from "../parts/frame";

const SCREEN = "supplier";

export function SupplierScreen() {
  const draft = useDraft<NewSupplier>(SCREEN, () => ({ supplier_name: "", mobile_no: "", supplier_details: "" }));
  if (!draft) return <Frame title={t("tile.supplier")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const name = value.supplier_name.trim();
  const same = app()
    .rows.masters.value.suppliers()
    .some((row) => row.supplier_name.toLowerCase() === name.toLowerCase());
  return (
    <Form
      screen={SCREEN}
      title={t("tile.supplier")}
      draft={draft}
      lacks={name === "" ? "name" : lackingOfNew("Supplier", name, value.mobile_no)}
      done="supplier.done"
      make={() => ({ kind: "supplier", fields: supplier(value) })}
      label={{ party: name }}
    >
      <TextField
        label={t("customer.name")}
        value={value.supplier_name}
        onInput={(supplier_name) => set({ supplier_name })}
      />
      {same && <Notice kind="warn">{t("customer.same", { mobile: "" })}</Notice>}
      <TextField
        label={t("customer.mobile")}
        type="tel"
        value={value.mobile_no}
        onInput={(mobile_no) => set({ mobile_no })}
      />
      <TextField
        label={t("supplier.details")}
        lines={3}
        value={value.supplier_details}
        onInput={(supplier_details) => set({ supplier_details })}
      />
    </Form>
  );
}
