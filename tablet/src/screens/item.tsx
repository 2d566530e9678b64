// Something that the workshop has for the first time: its code, name, group, unit, price, and the barcode that is on it, scanned or typed.

import { app } from "../app";
import { lackingOfNew } from "../forms/called";
import { item, type NewItem } from "../forms/new";
import { t } from "../i18n";
import { Decimal } from "../money/decimal";
import { CameraButton } from "../parts/camera";
import { useDraft, type Writing } from "../parts/draft";
import { Choice, NumberField, TextField } from "../parts/fields";
import { Form } from "../parts/finish";
import { Frame, Notice } from "../parts/frame";
import { Picker } from "../parts/picker";
import { useCodes } from "../parts/scanning";
import { codeMadeBy } from "../rows/made";

const SCREEN = "item";

const fresh = (): NewItem => ({
  item_code: "",
  item_name: "",
  item_group: "",
  stock_uom: "",
  kept: "stock",
  standard_rate: "",
  barcode: "",
});

export function ItemScreen() {
  const draft = useDraft<NewItem>(SCREEN, fresh);
  return draft ? <Writes draft={draft} /> : <Frame title={t("tile.item")}>{null}</Frame>;
}

/** What is scanned is heard once there is a draft for it to stand in. */
function Writes({ draft }: { draft: Writing<NewItem> }) {
  const masters = app().rows.masters.value;
  const scanned = useCodes((barcode) => draft.change({ barcode }));
  const { value } = draft;
  const set = draft.change;
  const code = value.item_code.trim();
  // What is corrected is there under its code, and makes way.
  const own = codeMadeBy(app().outbox.get(draft.amends ?? ""));
  const known = code === own ? undefined : masters.get("item", code);
  const barcode = value.barcode.trim();
  const found = barcode === "" ? undefined : masters.itemOfBarcode(barcode)?.item;
  const barcoded = found?.item_code === own ? undefined : found;
  const priced = value.standard_rate === "" || Decimal.read(value.standard_rate) !== null;
  const groups = [...new Set(masters.all("item").flatMap((row) => row.item_group ?? []))].sort();
  const lacks =
    code === "" || known
      ? "code"
      : value.item_group.trim() === ""
        ? "group"
        : value.stock_uom === ""
          ? "uom"
          : !priced
            ? "price"
            : lackingOfNew("Item", code);
  return (
    <Form
      screen={SCREEN}
      title={t("tile.item")}
      draft={draft}
      lacks={lacks}
      done="item.done"
      make={() => ({ kind: "item", fields: item(value) })}
      label={{ party: value.item_name.trim() || code }}
    >
      <TextField label={t("item.code")} value={value.item_code} onInput={(item_code) => set({ item_code })} />
      {known && <Notice kind="bad">{t("item.known", { item: known.item_name })}</Notice>}
      <TextField label={t("item.name")} value={value.item_name} onInput={(item_name) => set({ item_name })} />
      <Picker
        label={t("item.group")}
        value={value.item_group}
        picks={groups.map((group) => ({ key: group, text: group }))}
        onPick={(item_group) => set({ item_group })}
      />
      <Choice
        label={t("line.uom")}
        value={value.stock_uom}
        options={masters.all("uom").map(({ uom_name }) => ({ value: uom_name, text: uom_name }))}
        onChange={(stock_uom) => set({ stock_uom })}
      />
      <Choice
        label={t("item.kept")}
        value={value.kept}
        options={[
          { value: "stock", text: t("item.stock") },
          { value: "service", text: t("item.service") },
        ]}
        onChange={(kept) => set({ kept })}
      />
      <NumberField
        label={t("line.price")}
        value={value.standard_rate}
        onInput={(standard_rate) => set({ standard_rate })}
      />
      <TextField label={t("item.barcode")} value={value.barcode} onInput={(barcode) => set({ barcode })} max={140} />
      {barcoded && <Notice kind="warn">{t("item.barcode_of", { item: barcoded.item_name })}</Notice>}
      <div class="buttons">
        <CameraButton onCode={scanned} />
      </div>
    </Form>
  );
}
