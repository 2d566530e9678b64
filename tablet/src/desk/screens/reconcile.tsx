// A month, site by site and kind by kind: what the site has, what the office has, what the books have, and where they differ, in words.

import { useState } from "preact/hooks";
import { api } from "../api";
import { useAsked } from "../asked";
import { monthOf, today } from "../calendar";
import { type Key, t } from "../i18n";
import { SiteSelect } from "../parts/filters";
import { MonthField } from "../parts/month-field";
import { Page, Problem, Said } from "../parts/page";
import { type Column, Table } from "../parts/table";
import { Tick } from "../parts/tick";
import type { Compared, Difference, Figures, Reconciled } from "../types";
import { count, day, kindName, money, notRead } from "../words";

export function Reconcile({ of }: { of: string | null }) {
  const [site, setSite] = useState(of ?? "");
  const [month, setMonth] = useState(monthOf(today()));
  const [only, setOnly] = useState(false);
  const { value, failed, busy } = useAsked(() => api.reconcile({ month, site }), [month, site]);
  return (
    <Page title={t("reconcile.title")}>
      <p>{t("reconcile.says")}</p>
      <div class="filters">
        <MonthField value={month} onChange={setMonth} />
        <SiteSelect value={site} onChange={setSite} />
        <Tick label={t("reconcile.only")} on={only} onChange={setOnly} />
      </div>
      <Problem of={failed} />
      {value === null && busy && <p class="quiet">{t("wait")}</p>}
      {value && <Sheet of={value} only={only} />}
    </Page>
  );
}

function Sheet({ of, only }: { of: Reconciled; only: boolean }) {
  const rows = of.items.filter(({ differs }) => !only || differs);
  // The office's words name the site; a reason that many share is said once.
  const without = [...new Set(Object.values(of.without))];
  const unread = notRead(of);
  return (
    <>
      <Said words={without} kind="warn" />
      <Said words={unread} kind="warn" />
      {rows.length === 0 ? (
        <p class="quiet">{t(only && unread.length === 0 ? "reconcile.equal" : "nothing_found")}</p>
      ) : (
        <Table
          label={t("reconcile.title")}
          rows={rows}
          columns={columns()}
          keyOf={({ site, kind }) => `${site}/${kind}`}
          rowClass={({ differs }) => (differs ? "bad" : "")}
        />
      )}
      <Listed title="reconcile.differences" says="reconcile.differs" of={of.differences} more={of.more_differences} />
      {!only && <Listed title="reconcile.notes" says="reconcile.note" of={of.notes} more={of.more_notes} />}
    </>
  );
}

/** Documents one by one, under how many there are. */
function Listed({ title, says, of, more }: { title: Key; says: Key; of: readonly Difference[]; more: number }) {
  if (of.length === 0) return null;
  const head = t(title, { n: count(of.length + more) });
  return (
    <section class="boxed">
      <h2>{head}</h2>
      <Table label={head} rows={of} columns={differences(says)} keyOf={(_, at) => String(at)} />
      {more > 0 && <p class="quiet">{t("reconcile.more_differences", { n: count(more) })}</p>}
    </section>
  );
}

function columns(): Column<Compared>[] {
  return [
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
    {
      head: t("documents.state"),
      cell: ({ differs }) => (
        <span class={differs ? "badge bad" : "badge good"}>{t(differs ? "reconcile.not_same" : "reconcile.same")}</span>
      ),
    },
  ];
}

function differences(says: Key): Column<Difference>[] {
  return [
    {
      head: t("documents.document"),
      main: true,
      cell: ({ id, number, name, kind, site }) => (
        <>
          {id ? (
            <a class="strong" href={`#/document/${id}`}>
              {number ?? id.slice(0, 8)}
            </a>
          ) : (
            <b>{number ?? name ?? "–"}</b>
          )}
          <small>{kind ? `${kindName(kind)} · ${site}` : site}</small>
        </>
      ),
    },
    { head: t("day"), cell: (of) => <span class="nowrap">{day(of.day)}</span> },
    { head: t("reconcile.ours"), end: true, cell: ({ ours }) => money(ours) },
    { head: t("reconcile.theirs"), end: true, cell: ({ theirs }) => money(theirs) },
    {
      head: t(says),
      cell: ({ words, name, id }) => (
        <>
          {words}
          {id && name && <small>{name}</small>}
        </>
      ),
    },
  ];
}

function Both({ of }: { of: Figures | null }) {
  if (!of) return <>–</>;
  return (
    <>
      {of.cancelled === 0
        ? count(of.documents)
        : t("reconcile.with_cancelled", { n: count(of.documents), c: count(of.cancelled) })}
      <small>{money(of.sum)}</small>
    </>
  );
}
