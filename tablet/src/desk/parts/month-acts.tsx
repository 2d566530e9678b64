// A month's close, with what is in its way, and its being opened again.

import { useState } from "preact/hooks";
import { ApiError } from "../../errors";
import { Dialog } from "../../parts/dialog";
import { Button } from "../../parts/frame";
import { api } from "../api";
import { useAct } from "../asked";
import { addDays } from "../calendar";
import { t } from "../i18n";
import type { Month, MonthSite } from "../types";
import { day, kindName, monthName } from "../words";
import { Do, Problem } from "./page";
import { Tick } from "./tick";

interface DoingProps {
  onClose: () => void;
  onDone: () => void;
}

export function Reopen({ month, onClose, onDone }: DoingProps & { month: string }) {
  const act = useAct();
  const run = () =>
    act.run(async () => {
      await api.openMonth(month);
      onDone();
    });
  return (
    <Dialog title={`${t("month.reopen")}: ${monthName(month)}`} onClose={onClose}>
      <p>{t("month.reopen_says")}</p>
      <Problem of={act.failed} />
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} kind="danger" onClick={run}>
          {t("month.reopen")}
        </Do>
      </div>
    </Dialog>
  );
}

export function Close({ of, kinds: all, onClose, onDone }: DoingProps & { of: Month; kinds: readonly string[] }) {
  const [kinds, setKinds] = useState<readonly string[]>(all);
  const [despite, setDespite] = useState(false);
  const act = useAct();
  const inTheWay = of.sites.filter((site) => inTheWayOf(site).length > 0);
  const asked = act.failed instanceof ApiError && act.failed.status === 409;
  const run = () =>
    act.run(async () => {
      await api.closeMonth(of.month, [...kinds], despite);
      onDone();
    });
  const toggle = (kind: string, on: boolean) =>
    setKinds(on ? [...kinds, kind] : kinds.filter((other) => other !== kind));
  return (
    <Dialog title={t("month.close", { month: monthName(of.month) })} onClose={onClose}>
      <p>{t("month.close_says")}</p>
      {inTheWay.length > 0 && (
        <ul class="bullets">
          {inTheWay.map((site) => (
            <li key={site.site}>
              <b>{site.site}</b>: {daysOf(inTheWayOf(site))}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>{t("month.kinds", { n: kinds.length })}</summary>
        <div class="kinds">
          {all.map((kind) => (
            <Tick key={kind} label={kindName(kind)} on={kinds.includes(kind)} onChange={(on) => toggle(kind, on)} />
          ))}
        </div>
      </details>
      <Problem of={act.failed} />
      {(asked || inTheWay.length > 0) && <Tick label={t("month.despite")} on={despite} onChange={setDespite} />}
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} kind={despite ? "danger" : "main"} disabled={kinds.length === 0} onClick={run}>
          {t(despite ? "month.close_despite" : "month.close_do")}
        </Do>
      </div>
    </Dialog>
  );
}

function inTheWayOf({ open, differs, unknown }: MonthSite): string[] {
  return [...open, ...differs, ...unknown].sort();
}

/** Days in one's hand, as ranges where they follow each other: a month has many. */
export function daysOf(days: readonly string[]): string {
  if (days.length === 0) return "–";
  const runs: [string, string][] = [];
  for (const of of days) {
    const last = runs.at(-1);
    if (last && addDays(last[1], 1) === of) last[1] = of;
    else runs.push([of, of]);
  }
  return runs.map(([from, to]) => (from === to ? day(from) : `${day(from)} – ${day(to)}`)).join(", ");
}
