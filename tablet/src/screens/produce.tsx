// Making: a Work Order, how many, what was used of each material (as the order plans it, unless somebody says otherwise), and scrap. What lies on the
// scale can be taken over.

import { useEffect, useState } from "preact/hooks";
import type { OpenWorkOrder } from "../api-types";
import { app } from "../app";
import { number } from "../forms/cart";
import { type GoodsLine, manufacture, materialsToWork, needed } from "../forms/documents";
import { leftToMake } from "../forms/making";
import { lackingMade, type Making } from "../forms/used";
import { number as shown, t } from "../i18n";
import { type Decimal, kept } from "../money/decimal";
import { useDraft } from "../parts/draft";
import { Choice, NumberField } from "../parts/fields";
import { Form } from "../parts/finish";
import { Frame, Notice } from "../parts/frame";
import { Goods, goodsLine } from "../parts/goods";
import { PieceFields } from "../parts/lines";
import { PickList } from "../parts/picker";
import { go } from "../parts/place";
import { Scales, type Wants } from "../parts/scales";
import { itemName } from "../parts/words";
import type { WorkOrder } from "../rows/types";

export function Produce() {
  const orders = app().rows.masters.value.all("work-order");
  const told = useOpenWork() ?? null;
  const picks = orders.map((order) => ({
    key: order.name,
    text: itemName(order.production_item),
    more: order.name,
    end: shown(toMake(order, told)),
  }));
  return (
    <Frame title={t("tile.produce")}>
      {picks.length === 0 ? (
        <Notice kind="good">{t("produce.nothing")}</Notice>
      ) : (
        <PickList label={t("produce.search")} picks={picks} onPick={(name) => go("make", name)} />
      )}
    </Frame>
  );
}

/** The open orders by the box's word; null where it cannot be asked, undefined while it is asked for the first time. */
function useOpenWork(): OpenWorkOrder[] | null | undefined {
  const { api, link } = app();
  const [told, setTold] = useState<OpenWorkOrder[] | null | undefined>(link.reached.value.up ? undefined : null);
  useEffect(() => {
    let gone = false;
    api
      .workOrders()
      .then((open) => !gone && setTold(open))
      .catch(() => !gone && setTold(null));
    return () => {
      gone = true;
    };
  }, [link.shop.value, link.reached.value.up]);
  return told;
}

function toMake(order: WorkOrder, told: OpenWorkOrder[] | null): Decimal {
  const { outbox, rows } = app();
  return leftToMake(order, told, outbox.entries.value, rows.masters.value);
}

interface Saying extends Making {
  /** Somebody has said what was used; until then it follows the quantity. */
  own: boolean;
}

export function Make({ of }: { of: string | null }) {
  const order = app().rows.masters.value.get("work-order", of ?? "");
  const told = useOpenWork();
  if (!order) {
    return (
      <Frame title={t("tile.produce")}>
        <Notice kind="warn">{t("produce.gone")}</Notice>
      </Frame>
    );
  }
  // How many are left is what the form begins with.
  if (told === undefined) return <Frame title={t("tile.produce")}>{t("wait")}</Frame>;
  return <MakeOf order={order} told={told} />;
}

function planned(order: WorkOrder, qty: string): GoodsLine[] {
  return needed(order, number(qty), app().rows.masters.value).map(({ item_code, qty }) =>
    goodsLine(item_code, { qty: `${qty}` }),
  );
}

/** The lines that a weight can be taken for: the materials, and the scrap where something is made. */
function wants({ what, materials, scrap }: Saying): Wants[] {
  const scrapped = what === "make" ? scrap : [];
  const want = (key: string, { item_code, uom }: GoodsLine, name: string) => ({ key, item_code, uom, name });
  return [
    ...materials.map((line, i) => want(`materials ${i}`, line, line.item_name)),
    ...scrapped.map((line, i) => want(`scrap ${i}`, line, t("produce.scrap_of", { item: line.item_name }))),
  ];
}

function taken({ materials, scrap }: Saying, key: string, qty: string): Partial<Saying> {
  const put = (name: string, lines: GoodsLine[]) =>
    lines.map((line, i) => (key === `${name} ${i}` ? { ...line, qty } : line));
  return { own: true, materials: put("materials", materials), scrap: put("scrap", scrap) };
}

function MakeOf({ order, told }: { order: WorkOrder; told: OpenWorkOrder[] | null }) {
  const { rows, clock } = app();
  const product = rows.masters.value.get("item", order.production_item);
  const screen = `make ${order.name}`;
  const all = `${toMake(order, told)}`;
  const first = (): Saying => ({ what: "make", qty: all, own: false, materials: planned(order, all), scrap: [] });
  const draft = useDraft<Saying>(screen, first);
  if (!draft) return <Frame title={t("tile.produce")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const setQty = (qty: string) => set(value.own ? { qty } : { qty, materials: kept(() => planned(order, qty)) ?? [] });
  return (
    <Form
      screen={screen}
      title={itemName(order.production_item)}
      draft={draft}
      lacks={lackingMade(value, order.production_item, rows.masters.value, clock.day())}
      done={value.what === "make" ? "produce.done" : "produce.materials_done"}
      make={(when) => ({
        kind: "stock-entry",
        fields:
          value.what === "make"
            ? manufacture(order, value, when)
            : materialsToWork(order, value.qty, value.materials, when),
      })}
      label={{ party: order.name }}
    >
      <p>{t("produce.order", { order: order.name, left: shown(all) })}</p>
      {!order.skip_transfer && order.wip_warehouse && (
        <Choice
          label={t("produce.what")}
          value={value.what}
          options={[
            { value: "materials", text: t("produce.materials") },
            { value: "make", text: t("produce.make") },
          ]}
          onChange={(what) => set({ what })}
        />
      )}
      <NumberField label={t("produce.qty")} steps value={value.qty} onInput={setQty} />
      {value.what === "make" && product && (
        <PieceFields
          item={product}
          line={value.piece ?? {}}
          onChange={(to) => set({ piece: { ...value.piece, ...to } })}
        />
      )}
      <Scales wants={wants(value)} onTake={(key, qty) => set(taken(value, key, qty))} />
      <h2>{t("produce.used")}</h2>
      <Goods lines={value.materials} onChange={(materials) => set({ materials, own: true })} />
      {value.what === "make" && (
        <>
          <h2>{t("produce.scrap")}</h2>
          <Goods free ownUnits scanAdds="0" lines={value.scrap} onChange={(scrap) => set({ scrap })} />
        </>
      )}
    </Form>
  );
}
