// What is not in the company's books yet, why, and what a person can do about it.

import { useState } from "preact/hooks";
import { Button } from "../../parts/frame";
import { goInstead } from "../../parts/place";
import { api } from "../api";
import { useAct, usePaged } from "../asked";
import { t } from "../i18n";
import { Entered } from "../parts/entered";
import { SiteSelect } from "../parts/filters";
import { GiveUp, Remap, RetryAll } from "../parts/held-acts";
import { Do, Page, Problem, Said } from "../parts/page";
import { type Column, Listing } from "../parts/table";
import { may } from "../session";
import type { Held } from "../types";
import { count, dayOr, holdName, kindName, money } from "../words";

type Doing = { what: "remap" | "entered" | "give_up"; of: Held } | { what: "retry_all" };

export function HeldScreen({ of }: { of: string | null }) {
  const site = of ?? "";
  const held = usePaged((part) => api.held({ site }, part), [site], ["held", "posted"]);
  const [doing, setDoing] = useState<Doing | null>(null);
  const [words, setWords] = useState<string[] | null>(null);
  const act = useAct();
  const done = (told: string[]) => {
    setWords(told);
    setDoing(null);
    held.again();
  };
  const retry = (which: { site?: string; id?: string }) =>
    act.run(async () => done([t("held.retried", { n: count((await api.retry(which)).retried) })]));
  return (
    <Page title={t("held.title")}>
      <p>{t("held.says")}</p>
      <div class="filters">
        <SiteSelect value={site} onChange={(to) => (to === "" ? goInstead("held") : goInstead("held", to))} />
        {may("work") && (held.items?.length ?? 0) > 0 && (
          <Do
            act={act}
            kind="plain"
            icon="returned"
            onClick={() => (site === "" ? setDoing({ what: "retry_all" }) : retry({ site }))}
          >
            {site === "" ? t("held.retry_all") : t("held.retry_site", { site })}
          </Do>
        )}
      </div>
      <Problem of={act.failed} />
      <Said words={words} />
      <Listing
        label={t("held.title")}
        of={held}
        none={t("held.none")}
        keyOf={({ site, id }) => `${site}/${id}`}
        columns={columns(retry, setDoing)}
      />
      {doing?.what === "remap" && <Remap of={doing.of} onClose={() => setDoing(null)} onDone={done} />}
      {doing?.what === "entered" && <Entered of={doing.of} onClose={() => setDoing(null)} onDone={done} />}
      {doing?.what === "give_up" && <GiveUp of={doing.of} onClose={() => setDoing(null)} onDone={done} />}
      {doing?.what === "retry_all" && <RetryAll onClose={() => setDoing(null)} onDone={done} />}
    </Page>
  );
}

function columns(retry: (which: { id: string }) => void, setDoing: (to: Doing) => void): Column<Held>[] {
  const shown: Column<Held>[] = [
    {
      head: t("held.document"),
      main: true,
      cell: (held) => (
        <>
          <a class="strong" href={`#/document/${held.id}`}>
            {held.called}
          </a>
          <small>
            {kindName(held.kind)} · {held.site}
          </small>
        </>
      ),
    },
    { head: t("day"), cell: (held) => <span class="nowrap">{dayOr(held.day)}</span> },
    { head: t("amount"), end: true, cell: (held) => money(held.sum) },
    {
      head: t("held.why"),
      cell: (held) => (
        <>
          <b>{holdName(held.hold)}</b>
          <small class="why">{held.why}</small>
        </>
      ),
    },
  ];
  if (!may("work")) return shown;
  const acts = (held: Held) => (
    <div class="buttons">
      <Button onClick={() => retry({ id: held.id })}>{t("held.retry")}</Button>
      {["unmapped", "refused"].includes(held.hold) && (
        <Button onClick={() => setDoing({ what: "remap", of: held })}>{t("held.remap")}</Button>
      )}
      {held.kind !== null && (
        <Button onClick={() => setDoing({ what: "entered", of: held })}>{t("held.entered")}</Button>
      )}
      <Button kind="danger" onClick={() => setDoing({ what: "give_up", of: held })}>
        {t("held.give_up")}
      </Button>
    </div>
  );
  return [...shown, { head: t("keys.act"), cell: acts }];
}
