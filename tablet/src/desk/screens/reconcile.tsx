// A month, site by site and kind by kind: what the site has, what the office has, what the books have, and where they differ, in words.

import { useState } from "preact/hooks";
import { api } from "../api";
import { usePaged } from "../asked";
import { monthOf, today } from "../calendar";
import { t } from "../i18n";
import { SiteSelect } from "../parts/filters";
import { MonthField } from "../parts/month-field";
import { Page } from "../parts/page";
import { Listing } from "../parts/table";
import type { Compared, Figures } from "../types";
import { count, kindName, money } from "../words";
import { Tick } from "./enrol";

export function Reconcile({ of }: { of: string | null }) {
  const [site, setSite] = useState(of ?? "");
  const [month, setMonth] = useState(monthOf(today()));
  const [only, setOnly] = useState(false);
  const list = usePaged((part) => api.reconcile({ month, site }, part), [month, site]);
  return (
    <Page title={t("reconcile.title")}>
      <p>{t("reconcile.says")}</p>
      <div class="filters">
        <MonthField value={month} onChange={setMonth} />
        <SiteSelect value={site} onChange={setSite} />
        <Tick label={t("reconcile.only")} on={only} onChange={setOnly} />
      </div>
      <Listing<Compared>
        label={t("reconcile.title")}
        of={list}
        only={(row) => !only || differs(row)}
        keyOf={({ site, kind }) => `${site}/${kind}`}
        rowClass={(row) => (differs(row) ? "bad" : "")}
        none={t(only ? "reconcile.equal" : "nothing_found")}
        columns={[
          {
            head: t("site"),
            main: true,
            cell: ({ site, kind }) => (
              <>
                {site}
                <small>{kindName(kind)}</small>
              </>
            ),
          },
          { head: t("reconcile.at_site"), end: true, cell: ({ at_site }) => <Both of={at_site} /> },
          { head: t("reconcile.at_office"), end: true, cell: ({ at_office }) => <Both of={at_office} /> },
          { head: t("reconcile.in_books"), end: true, cell: ({ in_books }) => <Both of={in_books} /> },
          { head: t("reconcile.differs"), cell: (row) => <Words of={row} /> },
        ]}
      />
    </Page>
  );
}

function differs({ differs }: Compared): boolean {
  return Array.isArray(differs) ? differs.length > 0 : differs;
}

function Both({ of }: { of: Figures | null }) {
  if (!of) return <>–</>;
  return (
    <>
      {count(of.documents)}
      <small>{money(of.sum)}</small>
    </>
  );
}

function Words({ of }: { of: Compared }) {
  if (!differs(of)) return <span class="badge good">{t("reconcile.same")}</span>;
  const words = Array.isArray(of.differs) ? of.differs : [t("reconcile.not_same")];
  return (
    <ul class="red">
      {words.map((word) => (
        <li key={word}>{word}</li>
      ))}
    </ul>
  );
}
