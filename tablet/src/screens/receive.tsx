// Goods that come from a supplier.

import { app } from "../app";
import { lineSum, type Received, receipt } from "../forms/documents";
import { t } from "../i18n";
import { useDraft } from "../parts/draft";
import { TextField } from "../parts/fields";
import { Form } from "../parts/finish";
import { Frame } from "../parts/frame";
import { Goods, lackingGoods } from "../parts/goods";
import { Picker } from "../parts/picker";
import { usualWarehouse, WarehouseChoice } from "../parts/warehouse";
import { partyName, supplierPicks } from "../parts/words";

const SCREEN = "receive";

export function Receive() {
  const masters = app().rows.masters.value;
  const draft = useDraft<Received>(SCREEN, () => ({
    supplier: "",
    note: "",
    lines: [],
    warehouse: usualWarehouse(SCREEN),
  }));
  if (!draft) return <Frame title={t("tile.receive")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const total = lineSum(value.lines, masters.precision);
  const lacks = value.supplier === "" ? "supplier" : lackingGoods(value.lines, total);
  return (
    <Form
      screen={SCREEN}
      title={t("tile.receive")}
      draft={draft}
      lacks={lacks}
      done="receive.done"
      make={(when) => ({
        kind: "purchase-receipt",
        fields: receipt(value, masters, when),
      })}
      label={{ party: partyName(value.supplier), total: `${total}` }}
    >
      <Picker
        label={t("supplier")}
        value={value.supplier}
        picks={supplierPicks()}
        onPick={(supplier) => set({ supplier })}
      />
      <WarehouseChoice work={SCREEN} value={value.warehouse} onChange={(warehouse) => set({ warehouse })} />
      <Goods free priced lines={value.lines} onChange={(lines) => set({ lines })} />
      <TextField label={t("receive.note")} value={value.note} onInput={(note) => set({ note })} />
    </Form>
  );
}
