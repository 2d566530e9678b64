// Codes that were scanned at the sites, and the item that each stands for; above them what people there say of those that no item has.

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
import type { Said, Scan } from "../types";
import { moment } from "../words";

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
      <SaidCodes site={site} />
      <Listing
        label={t("scans.title")}
        of={list}
        keyOf={({ site, time, code }, at) => `${site}/${time}/${code}/${at}`}
        columns={[
          { head: t("code"), main: true, cell: ({ code }) => <span class="code">{shown(code)}</span> },
          {
            head: t("stock.item"),
            cell: ({ item_code, said }) => item_code ?? (said ? sayingOf(said) : t("scans.unknown")),
          },
          { head: t("scans.time"), cell: ({ time, sure }) => (sure ? time : `${time} (${t("document.unsure")})`) },
          { head: t("site"), cell: (scan) => scan.site },
          { head: t("scans.device"), cell: ({ device }) => device },
        ]}
      />
    </Page>
  );
}

/** What is to be given to an item in the books, or in the files of master data: nothing is, by itself. */
function SaidCodes({ site }: { site: string }) {
  const list = usePaged((part) => api.barcodes({ site }, part), [site], ["site"]);
  if (list.items?.length === 0) return null;
  return (
    <section aria-label={t("scans.said_title")}>
      <h2>{t("scans.said_title")}</h2>
      <p>{t("scans.said_says")}</p>
      <Listing
        label={t("scans.said_title")}
        of={list}
        keyOf={({ site, code }) => `${site}/${code}`}
        columns={[
          { head: t("code"), main: true, cell: ({ code }) => <span class="code">{shown(code)}</span> },
          { head: t("stock.item"), cell: (said) => itemOf(said) },
          { head: t("scans.said_uom"), cell: ({ uom }) => uom ?? t("scans.said_own") },
          { head: t("site"), cell: (said) => said.site },
          { head: t("scans.said_by"), cell: ({ user, device, at }) => `${user ?? device}, ${moment(at)}` },
        ]}
      />
    </section>
  );
}

const shown = (code: string) => code.replaceAll("\u001d", "␝");

function itemOf({ item_code, item_name }: Said): string {
  if (item_name === null) return t("scans.said_new", { item: item_code });
  return item_name === item_code ? item_code : `${item_code}, ${item_name}`;
}

function sayingOf({ item_code, user }: NonNullable<Scan["said"]>): string {
  return user ? t("scans.said_to_be_by", { item: item_code, user }) : t("scans.said_to_be", { item: item_code });
}
