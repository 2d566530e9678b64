// Goods that come back of a sale, and the money for them: taken off what is owed, and the rest given back.

import { useEffect, useState } from "preact/hooks";
import { app } from "../app";
import { notSold } from "../forms/back";
import { number } from "../forms/cart";
import { discountBack, type GoodsLine, returned } from "../forms/documents";
import { divided, owedOf, takenOff } from "../forms/owed";
import { lackingPiece } from "../forms/pieces";
import { comesTo } from "../forms/refund";
import { fieldsOf, rowsOf } from "../forms/standing";
import { t } from "../i18n";
import { type Decimal, min } from "../money/decimal";
import { ofTheBox, ofThisTablet, type Shown } from "../parts/documents";
import { useDraft } from "../parts/draft";
import { Choice } from "../parts/fields";
import { Form } from "../parts/finish";
import { Frame, Notice } from "../parts/frame";
import { Goods, goodsLine, someGoods } from "../parts/goods";
import { Sum } from "../parts/lines";
import { money, partyName } from "../parts/words";
import { handedOver } from "../print/paper";

type Line = GoodsLine & { row: string };

interface Returning {
  lines: Line[];
  /** The mode by which money goes back; "" takes all of it off the invoice. */
  mode: string;
}

/**
 * What is owed of a sale: as this tablet knows, and as the box does where it can be asked; without the return that is corrected. Null while a box that
 * is reached is asked for the first time: another tablet may have been paid.
 */
function useOwed({ entry, fields }: Shown, amends: string | undefined): Decimal | null {
  const { outbox, api, link } = app();
  const [asked, setAsked] = useState<Decimal | "no answer" | null>(null);
  const customer = String(fields.customer ?? "");
  const { up } = link.reached.value;
  useEffect(() => {
    let gone = false;
    setAsked((before) => (before === "no answer" ? null : before));
    api
      .invoices({ customer })
      .then((open) => open.find(({ invoice }) => invoice === entry.id)?.outstanding ?? "0")
      .then((outstanding) => !gone && setAsked(number(outstanding)))
      .catch(() => !gone && setAsked((before) => before ?? "no answer"));
    return () => {
      gone = true;
    };
  }, [entry.id, link.shop.value, up]);
  if (asked === null && up) return null;
  const others = outbox.entries.value.filter(({ id }) => id !== amends);
  const known = owedOf(entry.id, number(entry.total ?? "0"), fields, others);
  if (asked === null || asked === "no answer") return known;
  const amended = outbox.get(amends ?? "");
  return min(amended && outbox.isStanding(amended) ? asked.plus(takenOff(amended)) : asked, known);
}

export function Return({ of }: { of: string | null }) {
  const { outbox, api } = app();
  const own = outbox.get(of ?? "");
  const [asked, setAsked] = useState<Shown | null>(null);
  useEffect(() => {
    // The box knows as well what has come back already.
    if (of === null) return;
    void api
      .document(of)
      .then((detail) => setAsked(ofTheBox(detail)))
      .catch(() => {});
  }, [of]);
  const sold = asked ?? (own ? ofThisTablet(own) : null);
  if (!sold) {
    return (
      <Frame title={t("return.title")}>
        <Notice kind="warn">{t("document.not_here")}</Notice>
      </Frame>
    );
  }
  return <ReturnOf key={asked ? "asked" : "own"} sold={sold} />;
}

function linesOf({ fields, returned: back }: Shown): Line[] {
  const items = (fields.items as Record<string, string | undefined>[] | undefined) ?? [];
  return items.flatMap((row, i) => {
    const name = `${i + 1}`;
    const left = number(row.qty ?? "0").minus(number(back[name] ?? "0"));
    if (!left.isPositive()) return [];
    const { item_code = "", rate = "0", uom, batch_no, serial_no } = row;
    const line = goodsLine(item_code, {
      left: `${left}`,
      rate,
      ...(uom ? { uom } : {}),
      ...(batch_no ? { batch_no } : {}),
      ...(serial_no ? { had: serial_no } : {}),
    });
    return [{ ...line, row: name }];
  });
}

function ReturnOf({ sold }: { sold: Shown }) {
  const { rows, outbox } = app();
  const masters = rows.masters.value;
  const screen = `return ${sold.entry.id}`;
  const atOnce = (sold.fields.payments as { mode_of_payment: string }[] | undefined) ?? [];
  const after = outbox.goingWith(sold.entry.id).filter((entry) => outbox.isStanding(entry));
  const paid = [...atOnce.map((row) => row.mode_of_payment), ...after.map((entry) => handedOver(fieldsOf(entry)).mode)];
  const first = (): Returning => ({ lines: linesOf(sold), mode: paid.at(-1) ?? "" });
  const draft = useDraft<Returning>(screen, first);
  const owed = useOwed(sold, draft?.amends);
  if (!draft || !owed) return <Frame title={t("return.title")}>{draft && t("wait")}</Frame>;
  const { lines, mode } = draft.value;
  const set = draft.change;
  const back = lines.filter((line) => number(line.qty).isPositive());
  const moveStock = !!sold.fields.update_stock;
  const discount = discountBack(sold.fields, sold.returned, back, masters.precision);
  const amount = comesTo({ day: sold.entry.day, booked: sold.booked }, back, discount, masters);
  const parts = divided(amount, owed);
  const customer = String(sold.fields.customer ?? "");
  const tooMany = back.some((line) => number(line.qty).compare(number(line.left ?? "0")) > 0);
  const wayless = mode === "" && !parts.given.isZero();
  const lacks = !someGoods(lines)
    ? "goods"
    : tooMany
      ? "too_many"
      : (lackingPiece(back, masters, { moves: moveStock }) ??
        (moveStock ? notSold(back, rowsOf(sold.fields, "items")) : null) ??
        (wayless ? "gives_back" : null));
  return (
    <Form
      screen={screen}
      title={`${t("return.title")} ${sold.entry.number ?? ""}`}
      draft={draft}
      lacks={lacks}
      done="return.done"
      make={(when) => ({
        kind: "sales-invoice",
        fields: returned(
          {
            customer,
            against: sold.entry.id,
            moveStock,
            discount,
            warehouse: (sold.fields.set_warehouse as string | undefined) ?? masters.warehouses()[0],
            lines: back,
            mode_of_payment: mode === "" ? null : mode,
            money: parts,
          },
          when,
        ),
      })}
      label={{ party: partyName(customer), total: `${amount.negated()}` }}
    >
      <Goods lines={lines} onChange={(lines) => set({ lines: lines as Line[] })} />
      {!moveStock && <Notice kind="warn">{t("return.no_goods")}</Notice>}
      <Choice
        label={t("return.money")}
        value={mode}
        options={[
          ...masters.modes().map(({ mode_of_payment }) => ({ value: mode_of_payment, text: mode_of_payment })),
          { value: "", text: t("return.off_invoice") },
        ]}
        onChange={(mode) => set({ mode })}
      />
      <dl class="bill">
        {!parts.off.isZero() && (
          <>
            <Sum label={t("return.comes_to")} amount={money(amount)} />
            <Sum label={t("return.less_owed")} amount={money(parts.off.negated())} />
          </>
        )}
        <Sum large label={t("return.gives_back")} amount={money(parts.given)} />
      </dl>
    </Form>
  );
}
