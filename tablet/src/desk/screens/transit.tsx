// Goods that left one site and have not wholly come at the other; and what came that nobody sent.

import { tOr } from "../../i18n";
import { api } from "../api";
import { useAsked, usePaged } from "../asked";
import { t } from "../i18n";
import { Page } from "../parts/page";
import { type Column, Listing, Table } from "../parts/table";
import type { TransitRow } from "../types";
import { amount, day } from "../words";

export function Transit() {
  const list = usePaged((part) => api.transit(part), [], ["site"]);
  const unmatched = useAsked(() => api.transit({ limit: 1 }), [], ["site"]).value?.unmatched ?? [];
  const keyOf = (row: TransitRow, at: number) => `${row.number}/${row.item_code}/${at}`;
  return (
    <Page title={t("transit.title")}>
      <Listing label={t("transit.title")} of={list} columns={columns()} keyOf={keyOf} none={t("transit.none")} />
      {unmatched.length > 0 && (
        <section class="boxed">
          <h2>{t("transit.unmatched")}</h2>
          <p>{t("transit.unmatched_says")}</p>
          <Table label={t("transit.unmatched")} columns={columns()} rows={unmatched} keyOf={keyOf} />
        </section>
      )}
    </Page>
  );
}

function columns(): Column<TransitRow>[] {
  return [
    { head: t("documents.number"), main: true, cell: ({ number }) => number ?? "–" },
    { head: t("transit.way"), cell: ({ from, to }) => `${from ?? "–"} → ${to ?? "–"}` },
    { head: t("transit.sent_on"), cell: ({ sent_on }) => <span class="nowrap">{day(sent_on)}</span> },
    { head: t("stock.item"), cell: ({ item_code }) => item_code },
    { head: t("transit.sent"), end: true, cell: ({ sent }) => amount(sent) },
    { head: t("transit.received"), end: true, cell: ({ received }) => amount(received) },
    { head: t("documents.state"), cell: ({ state }) => tOr(`transit.is.${state}`, state) },
  ];
}
