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
import { Tick } from "../parts/tick";

export function Scans() {
  const [site, setSite] = useState("");
  const [day, setDay] = useState(today());
  const [unknown, setUnknown] = useState(false);
  const of = { site, day, unknown: unknown ? 1 : null };
  const list = usePaged((part) => api.scans(of, part), [site, day, unknown], ["site"]);
  return (
    <Page title={t("scans.title")}>
      <div class="filters">
        <SiteSelect value={site} onChange={setSite} />
        <TextField label={t("day")} type="date" value={day} onInput={setDay} />
        <Tick label={t("scans.only_unknown")} on={unknown} onChange={setUnknown} />
      </div>
      <Listing
        label={t("scans.title")}
        of={list}
        keyOf={({ site, time, code }, at) => `${site}/${time}/${code}/${at}`}
        columns={[
          { head: t("code"), main: true, cell: ({ code }) => <span class="code">{code}</span> },
          { head: t("stock.item"), cell: ({ item_code }) => item_code ?? t("scans.unknown") },
          { head: t("scans.time"), cell: ({ time, sure }) => (sure ? time : `${time} (${t("document.unsure")})`) },
          { head: t("site"), cell: (scan) => scan.site },
          { head: t("scans.device"), cell: ({ device }) => device },
        ]}
      />
    </Page>
  );
}
