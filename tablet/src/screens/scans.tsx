// Codes that nobody knew: for each somebody says which item it is, and the office is asked to give the item this barcode.

import { useEffect, useState } from "preact/hooks";
import { app } from "../app";
import { t } from "../i18n";
import { NotReached } from "../link/link";
import { Dialog } from "../parts/dialog";
import { Button, Frame, Notice } from "../parts/frame";
import { PickList } from "../parts/picker";
import { itemPicks } from "../parts/words";
import { resolve } from "../scan/code";
import { uuid } from "../uuid";

interface Unknown {
  code: string;
  more: string;
}

export function Scans() {
  const { outbox, api, clock, rows, link } = app();
  const [asked, setAsked] = useState<Unknown[]>([]);
  const [open, setOpen] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const day = clock.day();
  useEffect(() => {
    let gone = false;
    api
      .scans(day)
      .then(
        (lines) => !gone && setAsked(lines.map(({ code, time, device }) => ({ code, more: `${time} · ${device}` }))),
      )
      .catch(() => {});
    return () => {
      gone = true;
    };
  }, [day, link.shop.value, link.reached.value.up]);
  const own = outbox.entries.value
    .filter((entry) => entry.kind === "scan" && entry.day === day)
    .map((entry) => ({ code: (JSON.parse(entry.body) as { code: string }).code, more: t("scans.this_tablet") }));
  const all = new Map([...asked, ...own].map((scan) => [scan.code, scan]));
  const unknown = [...all.values()].filter((scan) => !resolve(scan.code, rows.masters.value));
  const give = (code: string, item_code: string) =>
    api
      .resolve({ code, item_code, id: uuid() })
      .then(() => setSaid(t("scans.asked")))
      .catch((error: unknown) => setSaid(error instanceof NotReached ? t("login.no_box") : (error as Error).message));
  return (
    <Frame title={t("tile.scans")}>
      <p>{t("scans.how")}</p>
      {said && <Notice kind="warn">{said}</Notice>}
      {unknown.length === 0 && <Notice kind="good">{t("scans.nothing")}</Notice>}
      <ul class="lines">
        {unknown.map((scan) => (
          <li key={scan.code}>
            <button type="button" class="row" onClick={() => setOpen(scan.code)}>
              <span>
                <b class="code">{scan.code.replaceAll("\u001d", "␝")}</b>
                <small>{scan.more}</small>
              </span>
              <span class="end">{t("choose")}</span>
            </button>
          </li>
        ))}
      </ul>
      {open !== null && (
        <Dialog title={t("scans.which")} full onClose={() => setOpen(null)}>
          <PickList
            label={t("search")}
            picks={itemPicks()}
            onPick={(item) => {
              setOpen(null);
              void give(open, item);
            }}
          />
          <Button onClick={() => setOpen(null)}>{t("close")}</Button>
        </Dialog>
      )}
    </Frame>
  );
}
