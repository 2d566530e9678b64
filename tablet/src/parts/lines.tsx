// The lines of a cart: how much of what at which price, each changed by a tap; and how more come in, searched, scanned, by camera or typed.

import { useState } from "preact/hooks";
import { app } from "../app";
import { add, amountOf, type Cart, type CartLine, change, lineOf, lineOfFound, rate } from "../forms/cart";
import { number as shown, day as shownDay, t } from "../i18n";
import { kept } from "../money/decimal";
import type { Item } from "../rows/types";
import { CameraButton } from "./camera";
import { Dialog } from "./dialog";
import { Choice, NumberField, TextField } from "./fields";
import { Button, Notice } from "./frame";
import { PickList } from "./picker";
import { useScans } from "./scanning";
import { itemPicks, money } from "./words";

interface LinesProps {
  cart: Cart;
  /** What is done to the cart as it is then: a scan and a key may come between two drawings of the screen. */
  onChange: (to: (cart: Cart) => Cart) => void;
  buying?: boolean;
  /** Each line says to which measures it is made. */
  measures?: boolean;
}

export function Lines({ cart, onChange, buying = false, measures = false }: LinesProps) {
  const { rows, clock } = app();
  const masters = rows.masters.value;
  const [open, setOpen] = useState<number | null>(null);
  const more = (line: CartLine) => onChange((cart) => add(cart, line));
  const scan = useScans((found) => more(lineOfFound(found, masters, clock.day(), buying)));
  const put = (code: string) => {
    const item = masters.get("item", code);
    if (item) more(lineOf(item, masters, clock.day(), buying));
  };
  const line = open === null ? undefined : cart.lines[open];
  return (
    <>
      <AddItem onPick={put} onCode={scan} buying={buying} />
      <ul class="lines">
        {cart.lines.map((line, i) => (
          <li key={`${line.item_code} ${line.uom} ${line.batch_no ?? ""}`}>
            <button type="button" class="row" onClick={() => setOpen(i)}>
              <span>
                <b>{line.item_name}</b>
                <small>{saysOf(line, masters.precision)}</small>
              </span>
              <span class="end">{amountSaid(line, masters.precision)}</span>
            </button>
            <NumberField
              label={t("qty_of", { item: line.item_name })}
              hideLabel
              steps
              unit={line.uom}
              value={line.qty}
              onInput={(qty) => onChange((cart) => change(cart, i, { qty }))}
            />
          </li>
        ))}
      </ul>
      {open !== null && line && (
        <EditLine
          line={line}
          item={masters.get("item", line.item_code)}
          measures={measures}
          onChange={(to) => onChange((cart) => change(cart, open, to))}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

/** Nothing where the books could not keep it; what lacks says so. */
function amountSaid(line: CartLine, precision: number): string {
  const amount = amountOf(line, precision);
  return amount ? money(amount) : "";
}

function saysOf(line: CartLine, precision: number): string {
  const price = kept(() => rate(line, precision));
  const parts = [`${shown(line.qty || "0")} ${line.uom}${price ? ` × ${money(price)}` : ""}`];
  if (line.percent !== "") parts.push(t("line.less", { percent: shown(line.percent) }));
  if (line.batch_no) parts.push(line.batch_no);
  if (line.serial_no) parts.push(line.serial_no.split("\n").join(", "));
  if (line.list === null && line.price === "") parts.push(t("line.no_price"));
  return parts.join(" · ");
}

interface AddItemProps {
  onPick: (item: string) => void;
  onCode: (code: string) => void;
  buying?: boolean;
}

export function AddItem({ onPick, onCode, buying = false }: AddItemProps) {
  const [open, setOpen] = useState(false);
  const [typing, setTyping] = useState<string | null>(null);
  return (
    <div class="buttons">
      <Button icon="search" kind="main" onClick={() => setOpen(true)}>
        {t("item.add")}
      </Button>
      <CameraButton onCode={onCode} />
      <Button icon="scan" onClick={() => setTyping("")}>
        {t("item.type_code")}
      </Button>
      {open && (
        <Dialog title={t("item.add")} full onClose={() => setOpen(false)}>
          <PickList
            label={t("search")}
            picks={itemPicks(buying)}
            onPick={(item) => {
              setOpen(false);
              onPick(item);
            }}
          />
          <Button onClick={() => setOpen(false)}>{t("close")}</Button>
        </Dialog>
      )}
      {typing !== null && (
        <Dialog title={t("item.type_code")} onClose={() => setTyping(null)}>
          <TextField label={t("code")} value={typing} onInput={setTyping} />
          <div class="buttons">
            <Button
              kind="main"
              disabled={typing.trim() === ""}
              onClick={() => {
                setTyping(null);
                onCode(typing.trim());
              }}
            >
              {t("ok")}
            </Button>
            <Button onClick={() => setTyping(null)}>{t("close")}</Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

interface EditLineProps {
  line: CartLine;
  item: Item | undefined;
  measures: boolean;
  onChange: (to: Partial<CartLine> | null) => void;
  onClose: () => void;
}

function EditLine({ line, item, measures, onChange, onClose }: EditLineProps) {
  const { rows, clock } = app();
  const masters = rows.masters.value;
  const units = item ? [item.stock_uom, ...(item.uoms ?? []).map((row) => row.uom)] : [line.uom];
  return (
    <Dialog title={line.item_name} onClose={onClose}>
      {line.list === null ? (
        <NumberField label={t("line.price")} value={line.price} onInput={(price) => onChange({ price })} />
      ) : (
        <NumberField
          label={t("line.percent")}
          unit="%"
          value={line.percent}
          onInput={(percent) => onChange({ percent })}
        />
      )}
      {item && units.length > 1 && (
        <Choice
          label={t("line.uom")}
          value={line.uom}
          options={units.map((value) => ({ value, text: value }))}
          onChange={(uom) => {
            const { list } = lineOf(item, masters, clock.day(), false, uom);
            onChange({ uom, list });
          }}
        />
      )}
      {item && <PieceFields item={item} line={line} onChange={onChange} />}
      {measures && (
        <>
          <TextField
            label={t("line.measures")}
            hint={t("line.measures_hint")}
            lines={4}
            value={line.description ?? ""}
            onInput={(description) => onChange({ description })}
          />
          <TextField
            label={t("line.notes")}
            lines={2}
            value={line.additional_notes ?? ""}
            onInput={(additional_notes) => onChange({ additional_notes })}
          />
        </>
      )}
      <div class="buttons">
        <Button kind="main" onClick={onClose}>
          {t("ok")}
        </Button>
        <Button
          kind="danger"
          icon="cross"
          onClick={() => {
            onClose();
            onChange(null);
          }}
        >
          {t("line.remove")}
        </Button>
      </div>
    </Dialog>
  );
}

interface Piece {
  batch_no?: string;
  serial_no?: string;
}

/** The batch, and the numbers of pieces, where an item has them. */
export function PieceFields({ item, line, onChange }: { item: Item; line: Piece; onChange: (to: Piece) => void }) {
  const batches = app()
    .rows.masters.value.all("batch")
    .filter((batch) => batch.item === item.item_code);
  return (
    <>
      {!!item.has_batch_no && batches.length > 0 && (
        <Choice
          label={t("line.batch")}
          value={line.batch_no ?? ""}
          options={batches.map(({ batch_id, expiry_date }) => ({
            value: batch_id,
            text: expiry_date ? `${batch_id} · ${shownDay(expiry_date)}` : batch_id,
          }))}
          onChange={(batch_no) => onChange({ batch_no })}
        />
      )}
      {!!item.has_batch_no && batches.length === 0 && <Notice kind="warn">{t("line.no_batches")}</Notice>}
      {!!item.has_serial_no && (
        <TextField
          label={t("line.serials")}
          lines={2}
          value={line.serial_no ?? ""}
          onInput={(serial_no) => onChange({ serial_no })}
        />
      )}
    </>
  );
}

/** What a cart comes to, line by line of the bill. */
export function Sum({ label, amount, large = false }: { label: string; amount: string; large?: boolean }) {
  return (
    <div class={large ? "sum large" : "sum"}>
      <dt>{label}</dt>
      <dd>{amount}</dd>
    </div>
  );
}
