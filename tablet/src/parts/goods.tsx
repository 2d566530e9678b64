// Lines of goods that come, go or are counted: how much of each, and its batch or numbers. Free ones are added; those of another document are there.

import { useRef } from "preact/hooks";
import { app } from "../app";
import { number } from "../forms/cart";
import type { GoodsLine } from "../forms/documents";
import { inStockUnit, offered, put, unitsOf, withOffered } from "../forms/goods";
import { number as shown, t } from "../i18n";
import { Decimal } from "../money/decimal";
import type { Item } from "../rows/types";
import type { Found } from "../scan/code";
import { Choice, NumberField } from "./fields";
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
  /** What a scan adds to an item: one more, or, where it is weighed, the line alone. */
  scanAdds?: string;
  /** Each line is in its item's own unit. */
  ownUnits?: boolean;
}

export function Goods({ lines, onChange, free = false, priced = false, scanAdds = "1", ownUnits = false }: GoodsProps) {
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
  const byUnit = free && !ownUnits;
  const priceOf = (item: Item, uom: string) => {
    if (!priced) return {};
    const price = masters.price(item, masters.settings?.buying_price_list, uom, app().clock.day());
    return { rate: price ? `${price}` : "" };
  };
  const fresh = (item: Item, uom: string): GoodsLine => {
    const { item_code, item_name } = item;
    return { item_code, item_name, uom, qty: "0", ...priceOf(item, uom) };
  };
  const take = (found: Found): boolean => {
    const to = put(latest.current, found, { adds: scanAdds, byUnit, fresh: free ? fresh : null });
    if (to) set(to);
    return to !== null;
  };
  const pick = (code: string) => {
    const item = masters.get("item", code);
    if (item) take({ item, uom: item.stock_uom });
  };
  const scan = useScans(take);
  return (
    <>
      {free && <AddItem onPick={pick} onCode={scan} buying={priced} />}
      <ul class="lines">
        {lines.map((line, i) => {
          const item = masters.get("item", line.item_code);
          return (
            <li key={line.key ?? `${line.row ?? ""} ${i}`}>
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
              {item && <InStock line={line} item={item} />}
              {item && byUnit && (
                <UnitChoice item={item} line={line} onChange={(uom) => change(i, { uom, ...priceOf(item, uom) })} />
              )}
              {priced && (
                <NumberField label={t("line.price")} value={line.rate ?? ""} onInput={(rate) => change(i, { rate })} />
              )}
              {item && <PieceFields item={item} line={line} onChange={(piece) => change(i, piece)} />}
              <Offered line={line} onPick={(piece) => change(i, withOffered(latest.current[i] ?? line, piece))} />
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** The numbers that the other document has, to be tapped in the place of typed. */
function Offered({ line, onPick }: { line: GoodsLine; onPick: (piece: string) => void }) {
  const pieces = offered(line);
  if (pieces.length === 0) return null;
  return (
    <div class="buttons">
      {pieces.map((piece) => (
        <Button key={piece} onClick={() => onPick(piece)}>
          {piece}
        </Button>
      ))}
    </div>
  );
}

/** In which of its units an item is counted, where it is kept in several. */
function UnitChoice({ item, line, onChange }: { item: Item; line: GoodsLine; onChange: (uom: string) => void }) {
  const units = unitsOf(item);
  if (units.length === 1 && units[0] === line.uom) return null;
  return (
    <Choice
      label={t("line.uom")}
      value={line.uom}
      options={units.map((value) => ({ value, text: value }))}
      onChange={onChange}
    />
  );
}

/** What boxes and rolls come to in the item's own unit. */
function InStock({ line, item }: { line: GoodsLine; item: Item }) {
  const qty = line.uom === item.stock_uom ? null : inStockUnit(line, item);
  return qty && <small>{t("goods.comes_to", { qty: shown(qty), uom: item.stock_uom })}</small>;
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
