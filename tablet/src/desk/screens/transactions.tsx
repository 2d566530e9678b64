// What sites were asked to record, and what became of it: until the site's box has answered, nothing is decided.

import { useState } from "preact/hooks";
import { Dialog } from "../../parts/dialog";
import { Button } from "../../parts/frame";
import { go, goInstead } from "../../parts/place";
import { api } from "../api";
import { useAct, usePaged } from "../asked";
import { t } from "../i18n";
import { AskedFor, calledOf, Stands } from "../parts/asked-for";
import { SiteSelect } from "../parts/filters";
import { When } from "../parts/looks";
import { Do, Page, Problem } from "../parts/page";
import { type Column, Listing } from "../parts/table";
import { may } from "../session";
import type { Transaction } from "../types";

export function Transactions({ of }: { of: string | null }) {
  const site = of ?? "";
  const list = usePaged((part) => api.transactions({ site }, part), [site], ["transactions"]);
  const [taking, setTaking] = useState<Transaction | null>(null);
  const done = () => {
    setTaking(null);
    list.again();
  };
  return (
    <Page title={t("transactions.title")}>
      <p>{t("transactions.says")}</p>
      <div class="filters">
        <SiteSelect
          value={site}
          onChange={(to) => (to === "" ? goInstead("transactions") : goInstead("transactions", to))}
        />
        {may("work") && (
          <Button kind="main" icon="plus" onClick={() => (site === "" ? go("enter") : go("enter", site))}>
            {t("enter.title")}
          </Button>
        )}
      </div>
      <Listing
        label={t("transactions.title")}
        of={list}
        none={t("transactions.none")}
        keyOf={({ site, id }) => `${site}/${id}`}
        columns={columns(setTaking)}
      />
      {taking && <TakeBack of={taking} onClose={() => setTaking(null)} onDone={done} />}
    </Page>
  );
}

function columns(take: (of: Transaction) => void): Column<Transaction>[] {
  const shown: Column<Transaction>[] = [
    { head: t("enter.what"), main: true, cell: (of) => <AskedFor of={of} /> },
    { head: t("site"), cell: ({ site }) => site },
    {
      head: t("transactions.asked"),
      cell: ({ by, asked }) => (
        <>
          {by ?? "–"}
          <small>
            <When at={asked} none="" />
          </small>
        </>
      ),
    },
    { head: t("documents.state"), cell: (of) => <Stands of={of} /> },
  ];
  if (!may("work")) return shown;
  const act = (of: Transaction) =>
    of.state === "undecided" && of.taken_back_by === null ? (
      <div class="buttons">
        <Button onClick={() => take(of)}>{t("transactions.take_back")}</Button>
      </div>
    ) : null;
  return [...shown, { head: t("keys.act"), cell: act }];
}

interface TakeBackProps {
  of: Transaction;
  onClose: () => void;
  onDone: () => void;
}

function TakeBack({ of, onClose, onDone }: TakeBackProps) {
  const act = useAct();
  const run = () =>
    act.run(async () => {
      await api.takeBack(of.id);
      onDone();
    });
  return (
    <Dialog title={t("transactions.take_back_title", { what: calledOf(of) })} onClose={onClose}>
      <p>{t("transactions.take_back_says", { site: of.site })}</p>
      <Problem of={act.failed} />
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} kind="danger" onClick={run}>
          {t("transactions.take_back")}
        </Do>
      </div>
    </Dialog>
  );
}
