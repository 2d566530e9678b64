// Whether ERPNext answers, and lets the office do what it has to.

import { useState } from "preact/hooks";
import { api } from "../api";
import { useAct } from "../asked";
import { t } from "../i18n";
import { FindingsView } from "../parts/findings";
import { Do, Page, Problem } from "../parts/page";

export function Erpnext() {
  const [words, setWords] = useState<string[] | null>(null);
  const act = useAct();
  const run = () =>
    act.run(async () => {
      setWords(null);
      setWords((await api.checkErpnext()).said);
    });
  return (
    <Page title={t("erpnext.title")}>
      <p>{t("erpnext.says")}</p>
      <Do act={act} icon="check" onClick={run}>
        {t("erpnext.do")}
      </Do>
      <Problem of={act.failed} />
      {words && <FindingsView of={words} />}
    </Page>
  );
}
