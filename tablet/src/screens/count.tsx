// A count: what there really is. It sets the figure; what nobody counted stays as it was.

import { app } from "../app";
import { type Counting, formOf } from "../forms/count";
import { counted, type GoodsLine, type When } from "../forms/documents";
import { allInStockUnit, hasStrangeUnit } from "../forms/goods";
import { lackingPiece } from "../forms/pieces";
import { t } from "../i18n";
import { useDraft } from "../parts/draft";
import { Form, type Lack } from "../parts/finish";
import { Frame, Notice } from "../parts/frame";
import { Goods } from "../parts/goods";
import { usualWarehouse, WarehouseChoice } from "../parts/warehouse";
import type { Masters } from "../rows/masters";
import type { Meant } from "../submit";
import { uuid } from "../uuid";

const SCREEN = "count";

export function Count() {
  const masters = app().rows.masters.value;
  const draft = useDraft<Counting>(SCREEN, () => ({ warehouse: usualWarehouse(SCREEN), lines: [] }));
  if (!draft) return <Frame title={t("tile.count")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const warehouse = masters.ownWarehouse(value.warehouse) ?? "";
  const form = formOf(warehouse, value.lines);
  const { lines: first, others = [] } = form;
  const document = (lines: GoodsLine[], when: When) => ({
    kind: "stock-reconciliation",
    fields: counted(warehouse, allInStockUnit(lines, masters) ?? [], when),
  });
  const label = { party: warehouse };
  const beside = (when: When): Meant[] =>
    others.map((lines) => {
      const form = { screen: SCREEN, value: { warehouse, lines } satisfies Counting };
      return { id: uuid(), ...document(lines, when), ...label, form, apart: true };
    });
  return (
    <Form
      screen={SCREEN}
      title={t("tile.count")}
      draft={{ ...draft, value: form }}
      lacks={lacking(value.lines, masters)}
      done="count.done"
      make={(when) => document(first, when)}
      label={label}
      beside={beside}
    >
      <p>{t("count.how")}</p>
      <WarehouseChoice work={SCREEN} value={warehouse} onChange={(warehouse) => set({ warehouse })} />
      <Goods free lines={value.lines} onChange={(lines) => set({ lines })} />
      {others.length > 0 && <Notice kind="warn">{t("count.parts", { n: others.length + 1 })}</Notice>}
    </Form>
  );
}

function lacking(lines: readonly GoodsLine[], masters: Masters): Lack | null {
  if (lines.length === 0) return "goods";
  if (lines.some((line) => line.qty === "")) return "qty";
  if (hasStrangeUnit(lines, masters)) return "uom";
  const all = allInStockUnit(lines, masters);
  return all ? lackingPiece(all, masters, { moves: true, goodsAlone: true }) : "large";
}
