// The day's documents with their marks: this tablet's at once, those of others as the box tells them; any day, by number, by customer.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { DaySheet, Mark } from "../api-types";
import { app } from "../app";
import { number, day as shownDay, t } from "../i18n";
import type { Entry } from "../outbox/entry";
import { useActing } from "../parts/acting";
import { entryOfMark, isNumber } from "../parts/documents";
import { TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { LongList } from "../parts/list";
import { Marks } from "../parts/marks";
import { go } from "../parts/place";
import { kindName, money, partyName } from "../parts/words";
import { closeDay } from "../submit";

const ROW_PX = 104;

export function Today() {
  const { outbox, api, clock, link } = app();
  const { act, failed } = useActing();
  const today = clock.day();
  const [typed, setTyped] = useState("");
  const [day, setDay] = useState(today);
  const [others, setOthers] = useState<Mark[]>([]);
  const [sheet, setSheet] = useState<DaySheet | null>(null);
  const search = typed.trim();
  const asked = isNumber(search) ? search.toUpperCase() : null;
  useEffect(() => {
    let gone = false;
    const of = asked ? { number: asked } : { day };
    const ask = setTimeout(() => {
      api
        .documents(of)
        .then((found) => !gone && setOthers(found))
        .catch(() => !gone && setOthers([]));
      api
        .day(day)
        .then((sheet) => !gone && setSheet(sheet))
        .catch(() => !gone && setSheet(null));
    }, 200);
    return () => {
      gone = true;
      clearTimeout(ask);
    };
  }, [day, asked, link.shop.value, link.reached.value.up]);

  const entries = outbox.entries.value;
  const found = useMemo(() => {
    const own = entries.filter(isListed);
    const known = new Set(own.map((entry) => entry.id));
    const all = [...own, ...others.filter((mark) => !known.has(mark.id)).map(entryOfMark)];
    const words = search.toLowerCase();
    const fits = (entry: Entry) =>
      search === ""
        ? entry.day === day || entry.state === "refused" || entry.state === "waiting"
        : [entry.number, entry.party, kindName(entry.kind)].some((text) => text?.toLowerCase().includes(words));
    // What needs somebody comes first.
    return all.filter(fits).sort((a, b) => Number(b.state === "refused") - Number(a.state === "refused"));
  }, [entries, others, search, day]);
  const stuck = entries.filter((entry) => entry.kind === "cancellation" && entry.state === "refused" && entry.cancels);

  return (
    <Frame title={t("tile.today")}>
      <div class="two">
        <TextField label={t("today.search")} type="search" value={typed} onInput={setTyped} />
        <TextField label={t("day")} type="date" value={day} onInput={setDay} />
      </div>
      {stuck.map((entry) => (
        <button type="button" class="notice bad linked" key={entry.id} onClick={() => go("document", entry.cancels)}>
          {t("today.cancellation_refused", { what: outbox.get(entry.cancels ?? "")?.number ?? "" })}
        </button>
      ))}
      {sheet && search === "" && <Sheet sheet={sheet} />}
      {sheet?.state === "open" && search === "" && (
        <>
          <Button icon="lock" onClick={() => act(() => closeDay(app(), day))}>
            {t("day.close", { day: shownDay(day) })}
          </Button>
          {failed && <Notice kind="bad">{failed}</Notice>}
        </>
      )}
      {found.length === 0 ? (
        <p class="quiet">{t("today.nothing", { day: shownDay(day) })}</p>
      ) : (
        <LongList
          label={t("tile.today")}
          items={found}
          height={ROW_PX}
          keyOf={(entry) => entry.id}
          row={(entry) => (
            <button type="button" class="row" onClick={() => open(entry)}>
              <span>
                <b>
                  {kindName(entry.kind)} {entry.number ?? ""}
                </b>
                <small>
                  {[partyName(entry.party ?? ""), entry.cancelledBy && t("document.cancelled")]
                    .filter(Boolean)
                    .join(" · ")}
                </small>
                <Marks entry={entry} />
              </span>
              {entry.total && <span class="end">{money(entry.total)}</span>}
            </button>
          )}
        />
      )}
    </Frame>
  );
}

/** What people look for here: documents, days that were closed, and words on codes that the box would not take. */
function isListed({ kind, state }: Entry): boolean {
  return kind !== "scan" && kind !== "cancellation" && (kind !== "barcode" || state === "refused");
}

function open(entry: Entry): void {
  if (entry.kind === "barcode") go("scans");
  else go("document", entry.id);
}

function Sheet({ sheet }: { sheet: DaySheet }) {
  if (sheet.kinds.length === 0) return null;
  return (
    <details class="boxed">
      <summary>{t(sheet.state === "closed" ? "day.closed" : "day.open")}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("day.kind")}</th>
            <th scope="col">{t("day.documents")}</th>
            <th scope="col">{t("day.sum")}</th>
          </tr>
        </thead>
        <tbody>
          {sheet.kinds.map((row) => (
            <tr key={row.kind}>
              <th scope="row">{row.kind}</th>
              <td>
                {number(`${row.documents}`)}
                {row.cancelled > 0 && ` (−${row.cancelled})`}
              </td>
              <td>{money(row.sum)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
