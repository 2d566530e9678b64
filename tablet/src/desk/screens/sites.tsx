// All sites at a glance: heard when and how, what is on its way, what needs somebody.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { api } from "../api";
import { usePaged } from "../asked";
import { isOff, lastHeard, looks } from "../glance";
import { t } from "../i18n";
import { Looks, When } from "../parts/looks";
import { Page } from "../parts/page";
import { type Column, Listing } from "../parts/table";
import { Tick } from "../parts/tick";
import type { Condition, Site } from "../types";
import { bytes, clockOf, count } from "../words";

export function Sites() {
  const sites = usePaged((part) => api.sites(part), [], ["site", "held", "posted"]);
  const [search, setSearch] = useState("");
  const [wanting, setWanting] = useState(false);
  const words = search.trim().toLowerCase();
  const narrowed = words !== "" || wanting;
  const narrows = (site: Site) =>
    site.site.toLowerCase().includes(words) && (!wanting || looks(site).some(({ bad }) => bad));
  return (
    <Page title={t("sites.title")}>
      <div class="filters">
        <TextField label={t("search")} type="search" value={search} onInput={setSearch} />
        <Tick label={t("sites.wanting")} on={wanting} onChange={setWanting} />
      </div>
      <Listing
        label={t("sites.title")}
        of={sites}
        columns={columns()}
        keyOf={({ site }) => site}
        only={narrowed ? narrows : undefined}
        none={narrowed ? t("nothing_found") : t("sites.none")}
      />
    </Page>
  );
}

function columns(): Column<Site>[] {
  return [
    {
      head: t("site"),
      main: true,
      cell: (site) => (
        <>
          <a class="strong" href={`#/site/${encodeURIComponent(site.site)}`}>
            {site.site}
          </a>
          <small>
            {[site.condition?.version, site.letter && t("sites.letter", { letter: site.letter })]
              .filter(Boolean)
              .join(" · ")}
          </small>
        </>
      ),
    },
    {
      head: t("sites.heard"),
      cell: (site) => (
        <>
          <When at={lastHeard(site)} none={t("sites.never")} />
          <small>{road(site)}</small>
        </>
      ),
    },
    {
      head: t("sites.backlog"),
      cell: (site) => (
        <span class="nowrap">
          {t("sites.to_come", { n: count(site.to_come) })}
          <small>{t("sites.for_site", { n: count(site.waiting_for_site) })}</small>
        </span>
      ),
    },
    { head: t("sites.missing"), end: true, cell: (site) => count(site.missing) },
    {
      head: t("sites.box"),
      cell: (site) =>
        site.condition ? (
          <>
            {t("sites.free", { size: free(site.condition) })}
            <small class={isOff(site) ? "red" : ""}>{t("sites.clock", { from: clockOf(site.condition.clock) })}</small>
          </>
        ) : (
          "–"
        ),
    },
    { head: t("sites.data"), end: true, cell: ({ condition }) => bytes(condition?.bytes_this_month ?? null) },
    { head: t("sites.posting"), cell: (site) => <Posting site={site} /> },
    { head: t("sites.looks"), cell: (site) => <Looks site={site} /> },
  ];
}

export function free({ free_mb }: Condition): string {
  return free_mb === null ? "–" : bytes(free_mb * 1e6);
}

export function road(site: Site): string {
  return site.road === null ? "" : t(site.road === "line" ? "road.line" : "road.stick");
}

function Posting({ site }: { site: Site }) {
  const { posting } = site;
  if (!posting) return <>{t("sites.not_posted")}</>;
  return (
    <>
      {t("sites.posted", { n: count(posting.posted) })}
      <small>{posting.trouble ?? t("sites.to_read", { n: count(posting.to_read) })}</small>
    </>
  );
}
