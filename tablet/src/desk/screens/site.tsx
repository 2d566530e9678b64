// One site: all that is known of its box, its keys, what was said of it, what lies in quarantine.

import { Notice } from "../../parts/frame";
import { api } from "../api";
import { useAsked } from "../asked";
import { addDays, today } from "../calendar";
import { lastHeard } from "../glance";
import { t } from "../i18n";
import { Chart } from "../parts/chart";
import { Fact } from "../parts/fact";
import { Looks } from "../parts/looks";
import { Page, Problem } from "../parts/page";
import { Quarantine } from "../parts/quarantine";
import { Trust } from "../parts/trust";
import { may } from "../session";
import type { SiteDetail } from "../types";
import { bytes, clockOf, count, when } from "../words";
import { free, road } from "./sites";

const CHART_DAYS = 30;

export function SiteScreen({ of }: { of: string | null }) {
  const name = of ?? "";
  const site = useAsked(() => api.site(name), [name], ["site", "held"]);
  const to = today();
  const chart = useAsked(() => api.chart(name, addDays(to, 1 - CHART_DAYS), to), [name, to], ["site"]);
  const { value } = site;
  return (
    <Page title={name} up={{ href: "#/sites", text: t("sites.title") }}>
      <Problem of={site.failed} />
      {value === null && site.busy && <p class="quiet">{t("wait")}</p>}
      {value && (
        <>
          <Looks site={value} />
          {value.posting?.trouble && <Notice kind="bad">{value.posting.trouble}</Notice>}
          <Facts site={value} />
          <p class="links">
            <a href={`#/held/${encodeURIComponent(name)}`}>{t("site.held")}</a>
            <a href={`#/documents/${encodeURIComponent(name)}`}>{t("site.documents")}</a>
            <a href={`#/transactions/${encodeURIComponent(name)}`}>{t("transactions.title")}</a>
            <a href={`#/stock/${encodeURIComponent(name)}`}>{t("site.stock")}</a>
            <a href={`#/days/${encodeURIComponent(name)}`}>{t("site.days")}</a>
          </p>
          {value.notices.length > 0 && (
            <section class="boxed">
              <h2>{t("site.notices")}</h2>
              <ul class="bullets">
                {value.notices.map((notice) => (
                  <li key={notice}>{notice}</li>
                ))}
              </ul>
            </section>
          )}
          {may("admin") && <Quarantine site={name} count={value.quarantined} onDone={site.again} />}
          <Trust site={value} onDone={site.again} />
          <section class="boxed">
            <h2>{t("chart.title")}</h2>
            <Problem of={chart.failed} />
            {chart.value && <Chart days={chart.value.days} />}
          </section>
        </>
      )}
    </Page>
  );
}

function Facts({ site }: { site: SiteDetail }) {
  const at = (iso: string | null) => {
    const told = when(iso);
    return told ? `${told.ago} (${told.at})` : t("sites.never");
  };
  const { condition } = site;
  return (
    <dl class="facts">
      <Fact name={t("sites.heard")} value={`${at(lastHeard(site))} ${road(site)}`} />
      <Fact name={t("site.by_stick")} value={at(site.carried)} />
      <Fact name={t("site.records")} value={`${count(site.records)} / ${count(site.documents)}`} />
      <Fact name={t("site.to_come")} value={count(site.to_come)} />
      <Fact name={t("site.for_site")} value={count(site.waiting_for_site)} />
      <Fact name={t("sites.missing")} value={[count(site.missing), ...site.gaps].join(" · ")} />
      <Fact name={t("site.refusals")} value={count(site.refusals)} />
      <Fact name={t("site.conflicts")} value={count(site.conflicts)} />
      <Fact name={t("site.quarantined")} value={count(site.quarantined)} />
      <Fact name={t("site.clock")} value={condition ? clockOf(condition.clock) : "–"} />
      <Fact name={t("site.free")} value={condition ? free(condition) : "–"} />
      <Fact name={t("sites.data")} value={bytes(condition?.bytes_this_month ?? null)} />
      <Fact name={t("site.version")} value={condition?.version ?? "–"} />
      <Fact name={t("site.said")} value={at(condition?.at ?? null)} />
      <Fact name={t("site.letter")} value={site.letter ?? "–"} />
      <Fact
        name={t("sites.posting")}
        value={
          site.posting
            ? `${t("sites.posted", { n: count(site.posting.posted) })} · ${t("look.held", { n: count(site.posting.held) })}`
            : t("sites.not_posted")
        }
      />
    </dl>
  );
}
