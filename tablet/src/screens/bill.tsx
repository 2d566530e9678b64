// A supplier's bill whose goods come with it, on account or paid at once. What came before with a receipt of its own is billed at the office.

import { app } from "../app";
import { number } from "../forms/cart";
import { lineSum } from "../forms/documents";
import { type Billed, billed, lackingOfBill } from "../forms/new";
import { t } from "../i18n";
import { Invalid } from "../money/taxes";
import { BoughtBill, reckonBought } from "../parts/bill";
import { useDraft } from "../parts/draft";
import { NumberField, TextField } from "../parts/fields";
import { Form } from "../parts/finish";
import { Frame } from "../parts/frame";
import { Goods, lackingGoods } from "../parts/goods";
import { ModeChoice } from "../parts/mode";
import { Picker } from "../parts/picker";
import { usualWarehouse, WarehouseChoice } from "../parts/warehouse";
import { partyName, supplierPicks } from "../parts/words";

const SCREEN = "bill";

export function BillScreen() {
  const { rows, clock } = app();
  const masters = rows.masters.value;
  const first = (): Billed => ({
    supplier: "",
    bill_no: "",
    bill_date: "",
    lines: [],
    paid: "",
    mode: masters.modes()[0]?.mode_of_payment ?? "",
    warehouse: usualWarehouse(SCREEN),
  });
  const draft = useDraft<Billed>(SCREEN, first);
  if (!draft) return <Frame title={t("tile.bill")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const today = clock.day();
  const day = value.bill_date || today;
  const totals = reckonBought(value.lines, day);
  const payable = totals && !(totals instanceof Invalid) ? totals.payable : null;
  const ofGoods = lackingGoods(value.lines, lineSum(value.lines, masters.precision));
  const lacks = value.supplier === "" ? "supplier" : (ofGoods ?? lackingOfBill(value, payable, today, masters));
  return (
    <Form
      screen={SCREEN}
      title={t("tile.bill")}
      draft={draft}
      lacks={lacks}
      done="billed.done"
      make={(when) => ({ kind: "purchase-invoice", fields: billed(value, masters, when) })}
      label={{ party: partyName(value.supplier), ...(payable ? { total: `${payable}` } : {}) }}
    >
      <p class="quiet">{t("billed.how")}</p>
      <Picker
        label={t("supplier")}
        value={value.supplier}
        picks={supplierPicks()}
        onPick={(supplier) => set({ supplier })}
      />
      <TextField label={t("expense.bill_no")} value={value.bill_no} onInput={(bill_no) => set({ bill_no })} />
      <TextField label={t("billed.date")} type="date" value={day} onInput={(bill_date) => set({ bill_date })} />
      <WarehouseChoice work={SCREEN} value={value.warehouse} onChange={(warehouse) => set({ warehouse })} />
      <Goods free priced lines={value.lines} onChange={(lines) => set({ lines })} />
      <BoughtBill lines={value.lines} day={day} />
      <NumberField label={t("billed.paid")} value={value.paid} onInput={(paid) => set({ paid })} />
      {number(value.paid).isPositive() && <ModeChoice mode={value.mode} onChange={(mode) => set({ mode })} />}
    </Form>
  );
}
