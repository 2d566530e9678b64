// Master data from files: looked at first, with everything that is wrong; then taken, all or nothing.

import { useState } from "preact/hooks";
import { Button, Notice } from "../../parts/frame";
import { api } from "../api";
import { useAct } from "../asked";
import { type Chosen, ofMaster, tooMuch } from "../files";
import { t } from "../i18n";
import { useImporting } from "../importing";
import { Drop } from "../parts/drop";
import { Do, Page, Problem } from "../parts/page";
import { ReportView } from "../parts/report";
import { Sendings } from "../parts/sendings";
import { tableOf } from "../tables";
import type { Report } from "../types";

export function Master() {
  const { id, sending, send, letGo } = useImporting();
  const [tables, setTables] = useState<string[]>([]);
  const [replace, setReplace] = useState<string[]>([]);
  const [report, setReport] = useState<Report | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const act = useAct();
  const look = (of: string, wanted: string[], check: boolean) =>
    act.run(async () => setReport(await api.master({ import: of, check, replace_tables: wanted })));
  const begin = (all: Chosen[]) => {
    const files = all.filter(ofMaster);
    const much = tooMuch(files);
    setOver(files.length === 0 ? t("master.nothing") : much ? t(`import.over.${much}`) : null);
    if (files.length === 0 || much) return;
    setReport(null);
    setReplace([]);
    setTables([...new Set(files.map(({ name }) => tableOf(name)).filter((table) => table !== null))]);
    act.run(async () => {
      const made = await send(files);
      if (!made.all) return;
      setReport(await api.master({ import: made.id, check: true, replace_tables: [] }));
    });
  };
  const again = () => {
    letGo();
    setReport(null);
  };
  const toggle = (table: string, on: boolean) => {
    const wanted = on ? [...replace, table] : replace.filter((other) => other !== table);
    setReplace(wanted);
    if (id) look(id, wanted, true);
  };
  const clean = report !== null && report.errors.length === 0 && report.more_errors === 0;
  return (
    <Page title={t("master.title")}>
      <p>{t("master.says")}</p>
      {over && <Notice kind="bad">{over}</Notice>}
      <Problem of={act.failed} />
      {sending.length === 0 && <Drop says={t("master.drop")} disabled={act.busy} onFiles={begin} accept=".csv,.json" />}
      <Sendings of={sending} />
      {report && tables.length > 0 && !report.taken && (
        <fieldset class="choice checks">
          <legend>{t("master.replace")}</legend>
          {tables.map((table) => (
            <label key={table} class={replace.includes(table) ? "on" : ""}>
              <input
                type="checkbox"
                checked={replace.includes(table)}
                disabled={act.busy}
                onChange={(event) => toggle(table, (event.target as HTMLInputElement).checked)}
              />
              {table}
            </label>
          ))}
        </fieldset>
      )}
      {report && <ReportView of={report} />}
      <div class="buttons">
        {clean && !report.taken && id !== null && (
          <Do act={act} icon="check" onClick={() => look(id, replace, false)}>
            {t("master.take")}
          </Do>
        )}
        {sending.length > 0 && !act.busy && <Button onClick={again}>{t("master.another")}</Button>}
      </div>
    </Page>
  );
}
