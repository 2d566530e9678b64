// Codes that were scanned at the sites, and the item that each stands for.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { api } from "../api";
import { usePaged } from "../asked";
import { today } from "../calendar";
import { t } from "../i18n";
import { SiteSelect } from "../parts/filters";
import { Page } from "../parts/page";
import { Listing } from "../parts/table";

export function Scans() {
  const [site, setSite] = useState("");
  const [day, setDay] = useState(today());
  const list = usePaged((part) => api.scans({ site, day }, part), [site, day], ["site"]);
  return (
    <Page title={t("scans.title")}>
      <div class="filters">
        <SiteSelect value={site} onChange={setSite} />
        <TextField label={t("day")} type="date" value={day} onInput={setDay} />
      </div>
      <Listing
        label={t("scans.title")}
        of={list}
        keyOf={({ time, code }, at) => `${time}/${code}/${at}`}
        columns={[
          { head: t("code"), main: true, cell: ({ code }) => <span class="code">{code}</span> },
          { head: t("stock.item"), cell: ({ item_code }) => item_code ?? t("scans.unknown") },
          { head: t("scans.time"), cell: ({ time, sure }) => (sure ? time : `${time} (${t("document.unsure")})`) },
          { head: t("site"), cell: (scan) => scan.site ?? site },
          { head: t("scans.device"), cell: ({ device }) => device },
        ]}
      />
    </Page>
  );
}
