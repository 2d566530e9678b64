// Codes that the office does not know: for each somebody says which item it is, in which unit. From then on it is sold as that here, and the
// office is shown it, to give the item its barcode.

import { useEffect, useState } from "preact/hooks";
import type { ScanLine } from "../api-types";
import { app } from "../app";
import { t } from "../i18n";
import type { Entry } from "../outbox/entry";
import { useActing } from "../parts/acting";
import { Dialog } from "../parts/dialog";
import { Choice } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { Marks, whyOf } from "../parts/marks";
import { PickList } from "../parts/picker";
import { useCodes } from "../parts/scanning";
import { tell } from "../parts/trouble";
import { itemName, itemPicks } from "../parts/words";
import { wordOf } from "../rows/words";
import { nameable, resolve } from "../scan/code";
import { nameCode, unknownScan } from "../submit";
import { uuid } from "../uuid";

interface Seen {
  code: string;
  more: string;
}

const shown = (code: string) => code.replaceAll("\u001d", "␝");

export function Scans() {
  const { outbox, clock, rows } = app();
  const day = clock.day();
  const asked = useAsked(day);
  // Its id is made as the question opens: a second tap is the same word.
  const [open, setOpen] = useState<{ id: string; code: string } | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const { act, failed } = useActing();
  const masters = rows.masters.value;
  useCodes((code) => {
    const known = resolve(code, masters);
    if (known && !known.said) return setTold(t("scans.known", { code: shown(code), item: known.item.item_name }));
    if (!known) unknownScan(app(), code).catch(tell);
    setOpen({ id: uuid(), code: nameable(code) });
  });
  const entries = outbox.entries.value;
  const own = entries
    .filter((entry) => entry.kind === "scan" && entry.day === day)
    .map((entry) => ({ code: (JSON.parse(entry.body) as { code: string }).code, more: t("scans.this_tablet") }));
  // The latest word of this tablet on each code.
  const words = new Map(
    entries
      .filter((entry) => entry.kind === "barcode")
      .reverse()
      .map((entry) => [wordOf(entry).code, entry]),
  );
  const stuck = [...words].filter(([, entry]) => entry.state === "refused" || entry.day === day);
  const seen: Seen[] = [
    ...stuck.map(([code]) => ({ code, more: t("scans.this_tablet") })),
    ...asked.map(({ code, time, device }) => ({ code, more: `${time} · ${device}` })),
    ...own,
  ];
  const all = new Map(seen.map((scan) => [nameable(scan.code), scan]));
  const unknown = [...all].filter(([code]) => {
    const known = resolve(code, masters);
    return !known || known.said || words.get(code)?.state === "refused";
  });
  return (
    <Frame title={t("tile.scans")}>
      <p>{t("scans.how")}</p>
      {told && <Notice kind="good">{told}</Notice>}
      {failed && <Notice kind="bad">{failed}</Notice>}
      {unknown.length === 0 && <Notice kind="good">{t("scans.nothing")}</Notice>}
      <ul class="lines">
        {unknown.map(([code, { more }]) => (
          <li key={code}>
            <button type="button" class="row" onClick={() => setOpen({ id: uuid(), code })}>
              <span>
                <b class="code">{shown(code)}</b>
                <small>{more}</small>
              </span>
              <span class="end">{resolve(code, masters)?.item.item_name ?? t("choose")}</span>
            </button>
            <Sent entry={words.get(code)} />
          </li>
        ))}
      </ul>
      {open && (
        <Which
          code={open.code}
          onClose={() => setOpen(null)}
          onSay={(item_code, uom) => {
            setOpen(null);
            const { id, code } = open;
            act(async () => {
              setTold(null);
              await nameCode(app(), id, { code, item_code, uom });
              setTold(t("scans.now", { code: shown(code), item: itemName(item_code) }));
            });
          }}
        />
      )}
    </Frame>
  );
}

/** What other devices read that day, as far as the box can be asked. */
function useAsked(day: string): ScanLine[] {
  const { api, link } = app();
  const [asked, setAsked] = useState<ScanLine[]>([]);
  useEffect(() => {
    let gone = false;
    api
      .scans(day)
      .then((lines) => !gone && setAsked(lines))
      .catch(() => {});
    return () => {
      gone = true;
    };
  }, [day, link.shop.value, link.codes.value, link.reached.value.up]);
  return asked;
}

/** How far this tablet's word is; where the box would not take it, why. */
function Sent({ entry }: { entry: Entry | undefined }) {
  const { outbox } = app();
  const { act, failed } = useActing();
  if (!entry) return null;
  return (
    <>
      <Marks entry={entry} />
      {entry.state === "refused" && (
        <>
          <Notice kind="bad">{t("document.refused", { why: whyOf(entry) })}</Notice>
          <div class="buttons">
            <Button onClick={() => act(() => outbox.again(entry.id, app().people.session.value))}>
              {t("document.again")}
            </Button>
            <Button kind="danger" icon="cross" onClick={() => act(() => outbox.drop(entry.id))}>
              {t("document.drop")}
            </Button>
          </div>
          {failed && <Notice kind="bad">{failed}</Notice>}
        </>
      )}
    </>
  );
}

interface WhichProps {
  code: string;
  onClose: () => void;
  /** The unit is null where it is the item's own. */
  onSay: (item: string, uom: string | null) => void;
}

function Which({ code, onClose, onSay }: WhichProps) {
  const masters = app().rows.masters.value;
  const [item, setItem] = useState<string | null>(null);
  const [uom, setUom] = useState("");
  const row = item === null ? undefined : masters.get("item", item);
  const units = (key: string) => masters.get("item", key)?.uoms ?? [];
  const pick = (key: string) => {
    if (units(key).length === 0) return onSay(key, null);
    setItem(key);
    setUom(masters.get("item", key)?.stock_uom ?? "");
  };
  return (
    <Dialog title={`${t("scans.which")} ${shown(code)}`} full onClose={onClose}>
      {row ? (
        <>
          <p>
            <b>{row.item_name}</b>
          </p>
          <Choice
            label={t("scans.unit")}
            value={uom}
            options={[row.stock_uom, ...units(row.item_code).map((unit) => unit.uom)].map((unit) => ({
              value: unit,
              text: unit,
            }))}
            onChange={setUom}
          />
          <div class="buttons">
            <Button kind="main" icon="check" onClick={() => onSay(row.item_code, uom === row.stock_uom ? null : uom)}>
              {t("scans.it_is")}
            </Button>
            <Button onClick={onClose}>{t("close")}</Button>
          </div>
        </>
      ) : (
        <>
          <PickList label={t("search")} picks={itemPicks()} onPick={pick} />
          <Button onClick={onClose}>{t("close")}</Button>
        </>
      )}
    </Dialog>
  );
}
