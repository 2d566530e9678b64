// What each site has, by its own documents, and what the books had when they were last read.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { api } from "../api";
import { usePaged, useQuiet } from "../asked";
import { t } from "../i18n";
import { SiteSelect } from "../parts/filters";
import { Page } from "../parts/page";
import { Listing } from "../parts/table";
import { Tick } from "../parts/tick";
import type { StockRow } from "../types";
import { amount } from "../words";

export function Stock({ of }: { of: string | null }) {
  const [site, setSite] = useState(of ?? "");
  const [item, setItem] = useState("");
  const asked = useQuiet(item.trim());
  const [search, setSearch] = useState("");
  const [below, setBelow] = useState(false);
  const list = usePaged((part) => api.stock({ site, item: asked }, part), [site, asked], ["site"]);
  const words = search.trim().toLowerCase();
  const narrows = (row: StockRow) =>
    (words === "" || `${row.item_code} ${row.warehouse}`.toLowerCase().includes(words)) &&
    (!below || row.qty.startsWith("-"));
  return (
    <Page title={t("stock.title")}>
      <div class="filters">
        <SiteSelect value={site} onChange={setSite} />
        <TextField label={t("stock.item")} type="search" value={item} onInput={setItem} hint={t("stock.item_hint")} />
        <TextField label={t("stock.search")} type="search" value={search} onInput={setSearch} />
        <Tick label={t("stock.below")} on={below} onChange={setBelow} />
      </div>
      <Listing
        label={t("stock.title")}
        of={list}
        only={words !== "" || below ? narrows : undefined}
        keyOf={({ site, warehouse, item_code }) => `${site}/${warehouse}/${item_code}`}
        rowClass={({ qty }) => (qty.startsWith("-") ? "bad" : "")}
        columns={[
          { head: t("stock.item"), main: true, cell: ({ item_code }) => item_code },
          { head: t("site"), cell: ({ site }) => site },
          { head: t("stock.warehouse"), cell: ({ warehouse }) => warehouse },
          { head: t("stock.qty"), end: true, cell: ({ qty }) => amount(qty) },
          { head: t("stock.level"), end: true, cell: ({ level }) => amount(level) },
          { head: t("stock.ahead"), end: true, cell: ({ ahead }) => amount(ahead) },
        ]}
      />
    </Page>
  );
}
