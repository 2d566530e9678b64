// Lines of goods that come, go or are counted: how much of each, and its batch or numbers. Free ones are added; those of another document are there.

import { useRef } from "preact/hooks";
import { app } from "../app";
import { number } from "../forms/cart";
import type { GoodsLine } from "../forms/documents";
import { number as shown, t } from "../i18n";
import { Decimal } from "../money/decimal";
import { NumberField } from "./fields";
import { Button } from "./frame";
import { AddItem, PieceFields } from "./lines";
import { useScans } from "./scanning";

interface GoodsProps {
  lines: GoodsLine[];
  onChange: (lines: GoodsLine[]) => void;
  /** Items may be added and taken away. */
  free?: boolean;
  /** Each line says a price. */
  priced?: boolean;
  /** What a scan adds to an item: one more, or, where it is counted, the line alone. */
  scanAdds?: string;
}

export function Goods({ lines, onChange, free = false, priced = false, scanAdds = "1" }: GoodsProps) {
  const masters = app().rows.masters.value;
  // Two scans may come between two drawings of the screen: the second is added to what the first has made.
  const latest = useRef(lines);
  latest.current = lines;
  const set = (to: GoodsLine[]) => {
    latest.current = to;
    onChange(to);
  };
  const change = (at: number, to: Partial<GoodsLine>) =>
    set(latest.current.map((line, i) => (i === at ? { ...line, ...to } : line)));
  const put = (code: string, piece: Partial<GoodsLine> = {}) => {
    const at = latest.current.findIndex((line) => line.item_code === code && line.batch_no === piece.batch_no);
    const known = latest.current[at];
    if (known) return change(at, { ...piece, qty: `${number(known.qty).plus(number(scanAdds))}` });
    const item = masters.get("item", code);
    if (!free || !item) return;
    const { item_code, item_name, stock_uom } = item;
    const price = priced
      ? masters.price(item, masters.settings?.buying_price_list, stock_uom, app().clock.day())
      : null;
    const rate = priced ? { rate: price ? `${price}` : "" } : {};
    set([...latest.current, { item_code, item_name, uom: stock_uom, qty: scanAdds, ...rate, ...piece }]);
  };
  const scan = useScans(({ item, batch_no, serial_no }) =>
    put(item.item_code, { ...(batch_no ? { batch_no } : {}), ...(serial_no ? { serial_no } : {}) }),
  );
  return (
    <>
      {free && <AddItem onPick={put} onCode={scan} buying={priced} />}
      <ul class="lines">
        {lines.map((line, i) => {
          const item = masters.get("item", line.item_code);
          return (
            <li key={`${line.row ?? ""} ${line.item_code} ${line.batch_no ?? ""}`}>
              <div class="row">
                <span>
                  <b>{line.item_name}</b>
                  {line.left !== undefined && (
                    <small>{t("goods.left", { left: shown(line.left), uom: line.uom })}</small>
                  )}
                </span>
                {free && (
                  <Button icon="cross" onClick={() => set(latest.current.filter((_, other) => other !== i))}>
                    {t("line.remove")}
                  </Button>
                )}
              </div>
              <NumberField
                label={t("qty_of", { item: line.item_name })}
                hideLabel
                steps
                unit={line.uom}
                value={line.qty}
                onInput={(qty) => change(i, { qty })}
              />
              {priced && (
                <NumberField label={t("line.price")} value={line.rate ?? ""} onInput={(rate) => change(i, { rate })} />
              )}
              {item && <PieceFields item={item} line={line} onChange={(piece) => change(i, piece)} />}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** Something is to be submitted, and every line says how much. */
export function someGoods(lines: readonly GoodsLine[]): boolean {
  return lines.some((line) => number(line.qty).isPositive());
}

/** What keeps priced goods from being submitted; `total` is null where the books cannot keep it. */
export function lackingGoods(lines: readonly GoodsLine[], total: Decimal | null): "goods" | "price" | "large" | null {
  if (!someGoods(lines)) return "goods";
  if (!lines.every((line) => Decimal.read(line.rate ?? "") !== null)) return "price";
  return total === null ? "large" : null;
}

export function goodsLine(code: string, more: Partial<GoodsLine>): GoodsLine {
  const item = app().rows.masters.value.get("item", code);
  return { item_code: code, item_name: item?.item_name ?? code, uom: item?.stock_uom ?? "", qty: "0", ...more };
}
