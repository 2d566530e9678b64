// Sites by days: which are complete, which differ, which are open, of which nothing is known; and the month, and its close.

import { useMemo, useState } from "preact/hooks";
import { Button } from "../../parts/frame";
import { api } from "../api";
import { useAsked } from "../asked";
import { addMonths, daysOf, monthOf, today } from "../calendar";
import { t } from "../i18n";
import { SiteSelect } from "../parts/filters";
import { DayDialog, Grid } from "../parts/grid";
import { Month } from "../parts/month";
import { MonthField } from "../parts/month-field";
import { Page, Problem } from "../parts/page";
import type { SiteDay } from "../types";

export function Days({ of }: { of: string | null }) {
  const [site, setSite] = useState(of ?? "");
  const [month, setMonth] = useState(monthOf(today()));
  const [shown, setShown] = useState<SiteDay | null>(null);
  const days = useMemo(() => daysOf(month), [month]);
  const [from = "", to = ""] = [days[0], days.at(-1)];
  const { value, failed, busy } = useAsked(
    () => api.days(site === "" ? { from, to } : { from, to, site }),
    [month, site],
    ["site"],
  );
  return (
    <Page title={t("days.title")}>
      <div class="filters">
        <MonthField value={month} onChange={setMonth} />
        <SiteSelect value={site} onChange={setSite} />
      </div>
      <div class="buttons">
        <Button icon="back" onClick={() => setMonth(addMonths(month, -1))}>
          {t("days.before")}
        </Button>
        <Button onClick={() => setMonth(addMonths(month, 1))}>{t("days.after")}</Button>
      </div>
      <Problem of={failed} />
      {value === null && busy && <p class="quiet">{t("wait")}</p>}
      {value && <Grid days={days} of={value} onDay={setShown} />}
      {shown && <DayDialog of={shown} onClose={() => setShown(null)} />}
      <Month month={month} />
    </Page>
  );
}
