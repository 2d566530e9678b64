// Goods that come from a supplier.

import { app } from "../app";
import { type GoodsLine, lineSum, receipt } from "../forms/documents";
import { t } from "../i18n";
import { useDraft } from "../parts/draft";
import { TextField } from "../parts/fields";
import { Form } from "../parts/finish";
import { Frame } from "../parts/frame";
import { Goods, lackingGoods } from "../parts/goods";
import { Picker } from "../parts/picker";
import { partyName, supplierPicks } from "../parts/words";

interface Receiving {
  supplier: string;
  note: string;
  lines: GoodsLine[];
}

const SCREEN = "receive";

export function Receive() {
  const masters = app().rows.masters.value;
  const draft = useDraft<Receiving>(SCREEN, () => ({ supplier: "", note: "", lines: [] }));
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
        fields: receipt(value.supplier, value.note, value.lines, masters, when),
      })}
      label={{ party: partyName(value.supplier), total: `${total}` }}
    >
      <Picker
        label={t("supplier")}
        value={value.supplier}
        picks={supplierPicks()}
        onPick={(supplier) => set({ supplier })}
      />
      <Goods free priced lines={value.lines} onChange={(lines) => set({ lines })} />
      <TextField label={t("receive.note")} value={value.note} onInput={(note) => set({ note })} />
    </Form>
  );
}
