// A month by site, what is in the way of its close, and the close itself: from then on no site takes a document of its days.

import { useState } from "preact/hooks";
import { ApiError } from "../../errors";
import { Dialog } from "../../parts/dialog";
import { Button, Notice } from "../../parts/frame";
import { api } from "../api";
import { useAct, useAsked } from "../asked";
import { t } from "../i18n";
import { may } from "../session";
import type { Month as Of } from "../types";
import { count, day, KIND_SLUGS, kindName, moment, monthName } from "../words";
import { Do, Problem } from "./page";
import { Table } from "./table";

export function Month({ month }: { month: string }) {
  const { value, failed, busy, again } = useAsked(() => api.month(month), [month], ["site", "held"]);
  const [closing, setClosing] = useState(false);
  return (
    <section class="boxed">
      <h2>{t("month.title", { month: monthName(month) })}</h2>
      <Problem of={failed} />
      {value === null && busy && <p class="quiet">{t("wait")}</p>}
      {value?.closed && (
        <Notice kind="good">{t("month.closed", { by: value.closed.by, at: moment(value.closed.at) })}</Notice>
      )}
      {value && (
        <Table
          label={t("month.title", { month: monthName(month) })}
          rows={value.sites}
          keyOf={({ site }) => site}
          columns={[
            { head: t("site"), main: true, cell: ({ site }) => site },
            { head: t("month.complete"), end: true, cell: ({ complete }) => isComplete(complete) },
            { head: t("month.open"), cell: ({ open }) => daysOf(open) },
            { head: t("month.unknown"), cell: ({ unknown }) => daysOf(unknown) },
            { head: t("held.title"), end: true, cell: ({ held }) => count(held) },
          ]}
        />
      )}
      {value && !value.closed && may("admin") && (
        <Button icon="lock" onClick={() => setClosing(true)}>
          {t("month.close", { month: monthName(month) })}
        </Button>
      )}
      {closing && value && (
        <Close
          of={value}
          onClose={() => setClosing(false)}
          onDone={() => {
            setClosing(false);
            again();
          }}
        />
      )}
    </section>
  );
}

function isComplete(of: number | boolean): string {
  return typeof of === "number" ? count(of) : t(of ? "yes" : "not_yet");
}

function daysOf(days: readonly string[]): string {
  return days.length === 0 ? "–" : days.map((of) => day(of)).join(", ");
}

function Close({ of, onClose, onDone }: { of: Of; onClose: () => void; onDone: () => void }) {
  const [kinds, setKinds] = useState<readonly string[]>(KIND_SLUGS);
  const [despite, setDespite] = useState(false);
  const act = useAct();
  const inTheWay = of.sites.filter(({ open, unknown }) => open.length + unknown.length > 0);
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
          {inTheWay.map(({ site, open, unknown }) => (
            <li key={site}>
              <b>{site}</b>: {daysOf([...open, ...unknown])}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>{t("month.kinds", { n: kinds.length })}</summary>
        <div class="kinds">
          {KIND_SLUGS.map((kind) => (
            <label key={kind} class="tick">
              <input
                type="checkbox"
                checked={kinds.includes(kind)}
                onChange={(event) => toggle(kind, (event.target as HTMLInputElement).checked)}
              />
              {kindName(kind)}
            </label>
          ))}
        </div>
      </details>
      <Problem of={act.failed} />
      {(asked || inTheWay.length > 0) && (
        <label class="tick">
          <input
            type="checkbox"
            checked={despite}
            onChange={(event) => setDespite((event.target as HTMLInputElement).checked)}
          />
          {t("month.despite")}
        </label>
      )}
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} kind={despite ? "danger" : "main"} disabled={kinds.length === 0} onClick={run}>
          {t(despite ? "month.close_despite" : "month.close_do")}
        </Do>
      </div>
    </Dialog>
  );
}
