// Goods that left one site and have not wholly come at the other; and what came, and nobody has said yet that it was sent.

import { api } from "../api";
import { usePaged } from "../asked";
import { t } from "../i18n";
import { Page } from "../parts/page";
import { type Column, Listing } from "../parts/table";
import type { TransitRow, Unmatched } from "../types";
import { amount, count, dayOr } from "../words";

export function Transit() {
  const list = usePaged((part) => api.transit(part), [], ["site"]);
  const unmatched = usePaged((part) => api.unmatched(part), [], ["site"]);
  return (
    <Page title={t("transit.title")}>
      <Listing
        label={t("transit.title")}
        of={list}
        columns={columns()}
        keyOf={({ entry, item_code }, at) => `${entry}/${item_code}/${at}`}
        rowClass={({ state }) => (state === "short" ? "bad" : "")}
        none={t("transit.none")}
      />
      {(unmatched.items?.length ?? 0) > 0 && (
        <section class="boxed">
          <h2>{t("transit.unmatched")}</h2>
          <p>{t("transit.unmatched_says")}</p>
          <Listing<Unmatched>
            label={t("transit.unmatched")}
            of={unmatched}
            keyOf={({ entry, row }) => `${entry}/${row}`}
            columns={[
              { head: t("transit.entry"), main: true, cell: ({ entry }) => <span class="code">{entry}</span> },
              { head: t("transit.row"), end: true, cell: ({ row }) => count(row) },
              { head: t("transit.received"), end: true, cell: ({ received }) => amount(received) },
            ]}
          />
        </section>
      )}
    </Page>
  );
}

function columns(): Column<TransitRow>[] {
  return [
    {
      head: t("documents.number"),
      main: true,
      // What the office has sent is no document of a site's.
      cell: ({ entry, from, number }) =>
        from === null ? (
          <span class="strong">{number ?? entry}</span>
        ) : (
          <a class="strong" href={`#/document/${entry}`}>
            {number ?? entry.slice(0, 8)}
          </a>
        ),
    },
    {
      head: t("transit.way"),
      cell: ({ from, to, warehouse }) => (
        <>
          {`${from ?? t("transit.office")} → ${to ?? "–"}`}
          <small>{warehouse}</small>
        </>
      ),
    },
    { head: t("transit.sent_on"), cell: ({ sent_on }) => <span class="nowrap">{dayOr(sent_on)}</span> },
    { head: t("stock.item"), cell: ({ item_code }) => item_code },
    { head: t("transit.sent"), end: true, cell: ({ sent }) => amount(sent) },
    { head: t("transit.received"), end: true, cell: ({ received }) => amount(received) },
    { head: t("documents.state"), cell: ({ state }) => t(`transit.is.${state}`) },
  ];
}
