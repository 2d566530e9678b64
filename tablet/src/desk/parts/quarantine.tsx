// What came under keys that count no more: taken in as the site's own, or thrown away.

import { useState } from "preact/hooks";
import { Dialog } from "../../parts/dialog";
import { Button } from "../../parts/frame";
import { api } from "../api";
import { useAct, usePaged } from "../asked";
import { t } from "../i18n";
import type { Quarantined } from "../types";
import { bytes, count } from "../words";
import { When } from "./looks";
import { Do, Problem, Said } from "./page";
import { Listing } from "./table";

interface Props {
  site: string;
  count: number;
  onDone: () => void;
}

interface Judging {
  id: string | null;
  release: boolean;
}

export function Quarantine({ site, count: lying, onDone }: Props) {
  const list = usePaged((part) => api.quarantine(site, part), [site, lying]);
  const [judging, setJudging] = useState<Judging | null>(null);
  const [words, setWords] = useState<string[] | null>(null);
  const act = useAct();
  const judge = ({ id, release }: Judging) =>
    act.run(async () => {
      const { done } = await api.judge(site, release, id ?? undefined);
      const records = done.reduce((sum, one) => sum + (one.new ?? 0), 0);
      const came = { n: count(done.length), records: count(records) };
      setWords([release ? t("quarantine.released", came) : t("quarantine.dropped", { n: came.n })]);
      setJudging(null);
      list.again();
      onDone();
    });
  const buttons = (id: string | null) => (
    <div class="buttons">
      <Button onClick={() => setJudging({ id, release: true })}>{t("quarantine.release")}</Button>
      <Button kind="danger" onClick={() => setJudging({ id, release: false })}>
        {t("quarantine.drop")}
      </Button>
    </div>
  );
  if (lying === 0 && words === null) return null;
  return (
    <section class="boxed">
      <h2>{t("quarantine.title")}</h2>
      <p>{t("quarantine.says")}</p>
      <Said words={words} />
      <Listing<Quarantined>
        label={t("quarantine.title")}
        of={list}
        none={t("quarantine.none")}
        keyOf={({ id }) => id}
        columns={[
          { head: t("quarantine.envelope"), main: true, cell: ({ id }) => <span class="code">{id}</span> },
          { head: t("quarantine.came"), cell: ({ came }) => <When at={came} none="–" /> },
          { head: t("quarantine.size"), end: true, cell: (of) => bytes(of.bytes) },
          { head: t("quarantine.records"), end: true, cell: ({ records }) => count(records) },
          { head: t("keys.act"), cell: ({ id }) => buttons(id) },
        ]}
      />
      {(list.items?.length ?? 0) > 1 && (
        <>
          <h3>{t("quarantine.all")}</h3>
          {buttons(null)}
        </>
      )}
      {judging && (
        <Dialog title={t(judging.release ? "quarantine.release" : "quarantine.drop")} onClose={() => setJudging(null)}>
          <p>{judging.id === null ? t("quarantine.all") : <span class="code">{judging.id}</span>}</p>
          <p>{t(judging.release ? "quarantine.release_says" : "quarantine.drop_says")}</p>
          <Problem of={act.failed} />
          <div class="buttons">
            <Button onClick={() => setJudging(null)}>{t("cancel")}</Button>
            <Do act={act} kind={judging.release ? "main" : "danger"} onClick={() => judge(judging)}>
              {t(judging.release ? "quarantine.release" : "quarantine.drop")}
            </Do>
          </div>
        </Dialog>
      )}
    </section>
  );
}
