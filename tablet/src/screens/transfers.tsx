// Goods between sites: sent through a transit warehouse, and received out of it, as many as came. Neither side waits for the other.

import { useEffect, useState } from "preact/hooks";
import type { TransitRow } from "../api-types";
import { app } from "../app";
import { number } from "../forms/cart";
import { type GoodsLine, positive, transferIn, transferOut } from "../forms/documents";
import { lackingPiece } from "../forms/pieces";
import { underWay } from "../forms/transit";
import { day as shownDay, t } from "../i18n";
import type { Entry } from "../outbox/entry";
import { useDraft } from "../parts/draft";
import { Choice } from "../parts/fields";
import { Form, type Lack } from "../parts/finish";
import { Frame, Notice } from "../parts/frame";
import { Goods, goodsLine, someGoods } from "../parts/goods";
import { PickList } from "../parts/picker";
import { go } from "../parts/place";
import { usualWarehouse, WarehouseChoice } from "../parts/warehouse";

interface Sending {
  from: string;
  to: string;
  lines: GoodsLine[];
}

const OUT = "transfer-out";

export function TransferOut() {
  const masters = app().rows.masters.value;
  const transit = masters.transitWarehouses().filter((row) => row.site !== masters.site);
  const first = () => ({
    from: usualWarehouse(OUT),
    to: transit.length === 1 ? (transit[0]?.name ?? "") : "",
    lines: [],
  });
  const draft = useDraft<Sending>(OUT, first);
  if (!draft) return <Frame title={t("tile.transfer_out")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const from = masters.ownWarehouse(value.from) ?? "";
  return (
    <Form
      screen={OUT}
      title={t("tile.transfer_out")}
      draft={draft}
      lacks={value.to === "" ? "to" : lackingMoved(value.lines, true)}
      done="transfer.out_done"
      make={(when) => ({ kind: "stock-entry", fields: transferOut(from, value.to, value.lines, when) })}
      label={{ party: value.to }}
    >
      <WarehouseChoice work={OUT} value={from} onChange={(from) => set({ from })} />
      <Choice
        label={t("transfer.to")}
        value={value.to}
        options={transit.map(({ name, site }) => ({ value: name, text: site ? `${site} (${name})` : name }))}
        onChange={(to) => set({ to })}
      />
      <Goods free lines={value.lines} onChange={(lines) => set({ lines })} />
    </Form>
  );
}

/** What keeps goods from being sent, or received: what arrives has arrived, whatever expired under way. */
function lackingMoved(lines: readonly GoodsLine[], sent: boolean): Lack | null {
  const { rows, clock } = app();
  const wanted = { moves: true, goodsAlone: true, ...(sent && { usedOn: clock.day() }) };
  return someGoods(lines) ? lackingPiece(lines.filter(positive), rows.masters.value, wanted) : "goods";
}

/** What is under way to here. `amended`: a receipt that is to be corrected. */
function useTransit(amended?: Entry): TransitRow[] {
  const { api, rows, outbox, link } = app();
  const [asked, setAsked] = useState<TransitRow[] | null>(null);
  useEffect(() => {
    let gone = false;
    api
      .transit()
      .then((found) => !gone && setAsked(found))
      .catch(() => !gone && setAsked(null));
    return () => {
      gone = true;
    };
  }, [link.shop.value, link.reached.value.up]);
  return underWay(rows.masters.value, outbox.entries.value, asked, amended);
}

export function TransfersIn() {
  const rows = useTransit();
  const entries = [...new Map(rows.map((row) => [row.entry, row])).values()];
  const picks = entries.map((row) => ({
    key: row.entry,
    text: row.from ?? t("office"),
    more: [row.number, shownDay(row.sent_on)].filter(Boolean).join(" · "),
  }));
  return (
    <Frame title={t("tile.transfer_in")}>
      {picks.length === 0 ? (
        <Notice kind="good">{t("transfer.nothing")}</Notice>
      ) : (
        <PickList label={t("transfer.search")} picks={picks} onPick={(entry) => go("take-in", entry)} />
      )}
    </Frame>
  );
}

interface TakingIn {
  /** All that is under way, until somebody says otherwise. */
  lines: GoodsLine[] | null;
  to: string;
}

export function TakeIn({ of }: { of: string | null }) {
  const { rows, outbox } = app();
  const screen = `take-in ${of}`;
  const draft = useDraft<TakingIn>(screen, () => ({ to: usualWarehouse("take-in"), lines: null }));
  const coming = useTransit(outbox.get(draft?.amends ?? "")).filter((row) => row.entry === of);
  const [first] = coming;
  if (!draft) return <Frame title={t("tile.transfer_in")}>{null}</Frame>;
  if (!first) {
    return (
      <Frame title={t("tile.transfer_in")}>
        <Notice kind="warn">{t("transfer.gone")}</Notice>
      </Frame>
    );
  }
  const to = rows.masters.value.ownWarehouse(draft.value.to) ?? "";
  const lines = draft.value.lines ?? coming.map(lineOf);
  const set = draft.change;
  return (
    <Form
      screen={screen}
      title={`${t("tile.transfer_in")} ${first.number ?? ""}`}
      draft={{ ...draft, value: { lines, to } }}
      lacks={lackingMoved(lines, false)}
      done="transfer.in_done"
      make={(when) => ({ kind: "stock-entry", fields: transferIn(first.entry, first.warehouse, to, lines, when) })}
      label={{ party: first.from ?? t("office") }}
    >
      <p>{t("transfer.count_what_came")}</p>
      <WarehouseChoice work="take-in" value={to} onChange={(to) => set({ to })} />
      <Goods lines={lines} onChange={(lines) => set({ lines })} />
    </Form>
  );
}

function lineOf({ row, item_code, qty, received }: TransitRow): GoodsLine {
  const left = `${number(qty).minus(number(received))}`;
  return goodsLine(item_code, { row, left, qty: left });
}
