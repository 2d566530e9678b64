// A count: what there really is. It sets the figure; what nobody counted stays as it was.

import { app } from "../app";
import { counted, type GoodsLine } from "../forms/documents";
import { allInStockUnit, hasStrangeUnit } from "../forms/goods";
import { t } from "../i18n";
import { useDraft } from "../parts/draft";
import { Form, type Lack } from "../parts/finish";
import { Frame } from "../parts/frame";
import { Goods } from "../parts/goods";
import { usualWarehouse, WarehouseChoice } from "../parts/warehouse";

interface Counting {
  warehouse: string;
  lines: GoodsLine[];
}

const SCREEN = "count";

export function Count() {
  const masters = app().rows.masters.value;
  const draft = useDraft<Counting>(SCREEN, () => ({ warehouse: usualWarehouse(SCREEN), lines: [] }));
  if (!draft) return <Frame title={t("tile.count")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const warehouse = masters.ownWarehouse(value.warehouse) ?? "";
  const stock = allInStockUnit(value.lines, masters);
  return (
    <Form
      screen={SCREEN}
      title={t("tile.count")}
      draft={draft}
      lacks={lacking(value.lines) ?? (stock ? null : "large")}
      done="count.done"
      make={(when) => ({ kind: "stock-reconciliation", fields: counted(warehouse, stock ?? [], when) })}
      label={{ party: warehouse }}
    >
      <p>{t("count.how")}</p>
      <WarehouseChoice work={SCREEN} value={warehouse} onChange={(warehouse) => set({ warehouse })} />
      <Goods free lines={value.lines} onChange={(lines) => set({ lines })} />
    </Form>
  );
}

function lacking(lines: readonly GoodsLine[]): Lack | null {
  if (lines.length === 0) return "goods";
  if (lines.some((line) => line.qty === "")) return "qty";
  return hasStrangeUnit(lines, app().rows.masters.value) ? "uom" : null;
}
