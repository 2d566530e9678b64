// A month by site, what is in the way of its close, and the close itself: from then on no site takes a document of its days.

import { useState } from "preact/hooks";
import { Button } from "../../parts/frame";
import { api } from "../api";
import { useAsked } from "../asked";
import { t } from "../i18n";
import { may } from "../session";
import type { Closed, Month as Of } from "../types";
import { count, KIND_SLUGS, kindName, moment, monthName } from "../words";
import { Close, daysOf, Reopen } from "./month-acts";
import { Problem } from "./page";
import { Table } from "./table";

export function Month({ month }: { month: string }) {
  const { value, failed, busy, again } = useAsked(() => api.month(month), [month], ["site", "held"]);
  const [doing, setDoing] = useState<"close" | "open" | null>(null);
  const done = () => {
    setDoing(null);
    again();
  };
  const left = KIND_SLUGS.filter((kind) => !value?.closed?.documents.includes(kind));
  return (
    <section class="boxed">
      <h2>{t("month.title", { month: monthName(month) })}</h2>
      <Problem of={failed} />
      {value === null && busy && <p class="quiet">{t("wait")}</p>}
      {value?.closed && <ClosedSays of={value.closed} left={left} />}
      {value && <Sites of={value} />}
      {value && may("admin") && (
        <div class="buttons">
          {left.length > 0 && (
            <Button icon="lock" onClick={() => setDoing("close")}>
              {t("month.close", { month: monthName(month) })}
            </Button>
          )}
          {value.closed && <Button onClick={() => setDoing("open")}>{t("month.reopen")}</Button>}
        </div>
      )}
      {doing === "close" && value && <Close of={value} kinds={left} onClose={() => setDoing(null)} onDone={done} />}
      {doing === "open" && <Reopen month={month} onClose={() => setDoing(null)} onDone={done} />}
    </section>
  );
}

function ClosedSays({ of, left }: { of: Closed; left: readonly string[] }) {
  const at = of.at === null ? "–" : moment(of.at);
  return (
    <div class={of.despite ? "notice warn" : "notice good"} role="status">
      <p>{t(of.despite ? "month.closed_despite" : "month.closed", { by: of.by ?? "–", at })}</p>
      {left.length > 0 && <p>{t("month.not_closed", { kinds: left.map(kindName).join(", ") })}</p>}
    </div>
  );
}

function Sites({ of }: { of: Of }) {
  return (
    <Table
      label={t("month.title", { month: monthName(of.month) })}
      rows={of.sites}
      keyOf={({ site }) => site}
      columns={[
        { head: t("site"), main: true, cell: ({ site }) => site },
        {
          head: t("month.complete"),
          cell: ({ complete, days_complete }) => (
            <>
              {t(complete ? "yes" : "not_yet")}
              <small>{t("month.days", { n: count(days_complete) })}</small>
            </>
          ),
        },
        { head: t("month.open"), cell: ({ open }) => daysOf(open) },
        { head: t("month.differs"), cell: ({ differs }) => daysOf(differs) },
        { head: t("month.unknown"), cell: ({ unknown }) => daysOf(unknown) },
        { head: t("held.title"), end: true, cell: ({ held }) => count(held) },
      ]}
    />
  );
}
