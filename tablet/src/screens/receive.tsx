// Goods that come from a supplier.

import { app } from "../app";
import { lineSum, positive, type Received, receipt } from "../forms/documents";
import { lackingPiece } from "../forms/pieces";
import { t } from "../i18n";
import { Invalid } from "../money/taxes";
import { BoughtBill, reckonBought } from "../parts/bill";
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
  const { rows, clock } = app();
  const masters = rows.masters.value;
  const draft = useDraft<Received>(SCREEN, () => ({
    supplier: "",
    note: "",
    lines: [],
    warehouse: usualWarehouse(SCREEN),
  }));
  if (!draft) return <Frame title={t("tile.receive")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const totals = reckonBought(value.lines, clock.day());
  const payable = totals && !(totals instanceof Invalid) ? totals.payable : null;
  const ofGoods = lackingGoods(value.lines, lineSum(value.lines, masters.precision));
  const ofPieces = lackingPiece(value.lines.filter(positive), masters, { moves: true, usedOn: clock.day() });
  const lacks = value.supplier === "" ? "supplier" : (ofGoods ?? ofPieces);
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
      label={{ party: partyName(value.supplier), ...(payable ? { total: `${payable}` } : {}) }}
    >
      <Picker
        label={t("supplier")}
        value={value.supplier}
        picks={supplierPicks()}
        onPick={(supplier) => set({ supplier })}
      />
      <WarehouseChoice work={SCREEN} value={value.warehouse} onChange={(warehouse) => set({ warehouse })} />
      <Goods free priced lines={value.lines} onChange={(lines) => set({ lines })} />
      <BoughtBill lines={value.lines} day={clock.day()} />
      <TextField label={t("receive.note")} value={value.note} onInput={(note) => set({ note })} />
    </Form>
  );
}
