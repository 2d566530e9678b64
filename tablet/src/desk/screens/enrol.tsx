// A new site, or another box for one: what its box is given, shown this once.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { Button, Notice } from "../../parts/frame";
import { api } from "../api";
import { useAct } from "../asked";
import { fromBase64, save } from "../files";
import { t } from "../i18n";
import { Do, Page, Problem } from "../parts/page";
import { Tick } from "../parts/tick";
import { learnSites } from "../sites";
import type { Enrolment } from "../types";

export function Enrol({ of }: { of: string | null }) {
  const [site, setSite] = useState(of ?? "");
  const [replace, setReplace] = useState(of !== null);
  const [moves, setMoves] = useState(false);
  const [urls, setUrls] = useState("");
  const [made, setMade] = useState<Enrolment | null>(null);
  const act = useAct();
  // Another box comes, or the same one moves: not both.
  const only = (set: (on: boolean) => void, other: (on: boolean) => void) => (on: boolean) => {
    set(on);
    if (on) other(false);
  };
  const run = () =>
    act.run(async () => {
      const lines = urls
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
      const asked = { site: site.trim(), replace, moves };
      setMade(await api.enrol(lines.length > 0 ? { ...asked, urls: lines } : asked));
      void learnSites();
    });
  if (made) return <Shown of={made} onEnd={() => setMade(null)} />;
  return (
    <Page title={t("enrol.title")}>
      <p>{t("enrol.says")}</p>
      <div class="narrow boxed">
        <TextField label={t("enrol.site")} value={site} onInput={setSite} hint={t("enrol.site_hint")} max={32} />
        <Tick label={t("enrol.replace")} on={replace} onChange={only(setReplace, setMoves)} />
        <Tick label={t("enrol.moves")} on={moves} onChange={only(setMoves, setReplace)} />
        <TextField label={t("enrol.urls")} value={urls} onInput={setUrls} lines={2} hint={t("enrol.urls_hint")} />
      </div>
      <Problem of={act.failed} />
      <Do act={act} icon="plus" disabled={site.trim() === ""} onClick={run}>
        {t("enrol.do")}
      </Do>
    </Page>
  );
}

function Shown({ of, onEnd }: { of: Enrolment; onEnd: () => void }) {
  return (
    <Page title={t("enrol.made", { site: of.site })}>
      <Notice kind="warn">{t("enrol.once")}</Notice>
      <div class="two wide">
        <section class="boxed">
          <h2>{t("enrol.code")}</h2>
          <p class="code secret">{of.code}</p>
          <p>{t("enrol.code_says")}</p>
          <h2>{t("enrol.file")}</h2>
          <p class="code">{of.name}</p>
          <Button kind="main" icon="receive" onClick={() => save(fromBase64(of.file), of.name)}>
            {t("enrol.download")}
          </Button>
          <p>{t("enrol.file_says")}</p>
        </section>
        {of.qr && (
          <section class="boxed">
            <h2>{t("enrol.qr")}</h2>
            <img class="qr" alt={t("enrol.qr")} src={`data:image/svg+xml,${encodeURIComponent(of.qr)}`} />
            <p>{t("enrol.qr_says")}</p>
          </section>
        )}
      </div>
      {of.at_broker && (
        <section class="boxed">
          <h2>{t("enrol.broker")}</h2>
          <p>{t("enrol.broker_says")}</p>
          <pre class="code">{of.at_broker}</pre>
        </section>
      )}
      <Button onClick={onEnd}>{t("enrol.end")}</Button>
    </Page>
  );
}
