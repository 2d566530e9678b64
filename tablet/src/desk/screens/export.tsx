// Documents of some days as CSV, for ERPNext's Data Import.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { api } from "../api";
import { useAct } from "../asked";
import { addDays, today } from "../calendar";
import { save } from "../files";
import { t } from "../i18n";
import { KindSelect, SiteSelect } from "../parts/filters";
import { Do, Page, Problem } from "../parts/page";

export function Export() {
  const [kind, setKind] = useState("sales-invoice");
  const [site, setSite] = useState("");
  const [from, setFrom] = useState(`${today().slice(0, 8)}01`);
  const [to, setTo] = useState(today());
  const act = useAct();
  const wrong = from === "" || to === "" || from > to || addDays(from, 366) <= to;
  const name = [kind, site, from, to].filter((part) => part !== "").join("-");
  const run = () => act.run(async () => save(await api.export({ kind, from, to, site }), `${name}.csv`));
  return (
    <Page title={t("export.title")}>
      <p>{t("export.says")}</p>
      <div class="filters narrow">
        <KindSelect value={kind} onChange={setKind} all={false} />
        <SiteSelect value={site} onChange={setSite} />
        <TextField label={t("from_day")} type="date" value={from} onInput={setFrom} />
        <TextField label={t("to_day")} type="date" value={to} onInput={setTo} />
      </div>
      <Problem of={act.failed} />
      {wrong && <p class="quiet">{t("export.wrong")}</p>}
      <Do act={act} icon="export" disabled={wrong} onClick={run}>
        {t("export.do")}
      </Do>
    </Page>
  );
}
