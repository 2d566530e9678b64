// A new site, or another box for one: what its box is given, shown this once.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { Button, Notice } from "../../parts/frame";
import { api } from "../api";
import { useAct } from "../asked";
import { fromBase64, save } from "../files";
import { t } from "../i18n";
import { Do, Page, Problem } from "../parts/page";
import { learnSites } from "../sites";
import type { Enrolment } from "../types";

export function Enrol({ of }: { of: string | null }) {
  const [site, setSite] = useState(of ?? "");
  const [replace, setReplace] = useState(of !== null);
  const [moves, setMoves] = useState(false);
  const [urls, setUrls] = useState("");
  const [made, setMade] = useState<Enrolment | null>(null);
  const act = useAct();
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
  if (made) return <Shown of={made} site={site.trim()} onEnd={() => setMade(null)} />;
  return (
    <Page title={t("enrol.title")}>
      <p>{t("enrol.says")}</p>
      <div class="narrow boxed">
        <TextField label={t("enrol.site")} value={site} onInput={setSite} hint={t("enrol.site_hint")} max={24} />
        <Tick label={t("enrol.replace")} on={replace} onChange={setReplace} />
        <Tick label={t("enrol.moves")} on={moves} onChange={setMoves} />
        <TextField label={t("enrol.urls")} value={urls} onInput={setUrls} lines={2} hint={t("enrol.urls_hint")} />
      </div>
      <Problem of={act.failed} />
      <Do act={act} icon="plus" disabled={site.trim() === ""} onClick={run}>
        {t("enrol.do")}
      </Do>
    </Page>
  );
}

function Shown({ of, site, onEnd }: { of: Enrolment; site: string; onEnd: () => void }) {
  return (
    <Page title={t("enrol.made", { site })}>
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
        </section>
        <section class="boxed">
          <h2>{t("enrol.qr")}</h2>
          <img class="qr" alt={t("enrol.qr")} src={`data:image/svg+xml,${encodeURIComponent(of.qr)}`} />
          <p>{t("enrol.qr_says")}</p>
        </section>
      </div>
      <Button onClick={onEnd}>{t("enrol.end")}</Button>
    </Page>
  );
}

interface TickProps {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

export function Tick({ label, on, onChange }: TickProps) {
  return (
    <label class="tick">
      <input type="checkbox" checked={on} onChange={(event) => onChange((event.target as HTMLInputElement).checked)} />
      {label}
    </label>
  );
}
