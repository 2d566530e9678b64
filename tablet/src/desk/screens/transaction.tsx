// A document that the office makes for a site's warehouse: the site gets it, and the office judges it by the same rules as a box.

import { useState } from "preact/hooks";
import { tOr } from "../../i18n";
import { TextField } from "../../parts/fields";
import { Button } from "../../parts/frame";
import { uuid } from "../../uuid";
import { api } from "../api";
import { useAct, useAsked } from "../asked";
import { today } from "../calendar";
import { t } from "../i18n";
import { Names, Select, SiteSelect } from "../parts/filters";
import { Do, Page, Problem, Said } from "../parts/page";
import { Rows } from "../parts/rows";
import {
  documentOf,
  EMPTY,
  ENTERED,
  type Entered,
  type Form,
  lacks,
  MOVES,
  type Move,
  total,
  usesFrom,
  usesParty,
  usesRate,
  usesTo,
} from "../transaction";
import { kindName, money } from "../words";
import { Tick } from "./enrol";

// The id is made when the form begins, so that what is sent twice is there once.
function fresh(): Form {
  const rows = [{ ...EMPTY }];
  return {
    id: uuid(),
    kind: "stock-entry",
    move: "Material Transfer",
    party: "",
    day: today(),
    from: "",
    to: "",
    rows,
    remarks: "",
    transit: false,
  };
}

export function Transaction() {
  const [site, setSite] = useState("");
  const [form, setForm] = useState(fresh);
  const [words, setWords] = useState<string[] | null>(null);
  const act = useAct();
  const stock = useAsked(() => (site === "" ? Promise.resolve(null) : api.stock({ site }, { limit: 500 })), [site]);
  const known = stock.value?.items ?? [];
  const set = (to: Partial<Form>) => {
    setWords(null);
    setForm((was) => ({ ...was, ...to }));
  };
  const party = usesParty(form.kind);
  const lack = site === "" ? "site" : lacks(form);
  const run = () =>
    act.run(async () => {
      setWords(null);
      const answer = await api.transact({ site, kind: form.kind, document: documentOf(form) });
      const said = answer?.said;
      const about = t("transaction.done", { kind: kindName(form.kind), site });
      setWords([about, ...(Array.isArray(said) ? said.map(String) : typeof said === "string" ? [said] : [])]);
      setForm((was) => ({ ...fresh(), kind: was.kind, move: was.move, from: was.from, to: was.to }));
    });
  return (
    <Page title={t("transaction.title")}>
      <p>{t("transaction.says")}</p>
      <Said words={words} />
      <Names id="warehouses" of={[...new Set(known.map(({ warehouse }) => warehouse))]} />
      <Names id="items" of={[...new Set(known.map(({ item_code }) => item_code))]} />
      <div class="filters">
        <SiteSelect value={site} onChange={setSite} all={false} />
        <Select
          label={t("kind")}
          value={form.kind}
          options={ENTERED.map((value) => ({ value, text: kindName(value) }))}
          onChange={(kind) => set({ kind: kind as Entered })}
        />
        {form.kind === "stock-entry" && (
          <Select
            label={t("transaction.move")}
            value={form.move}
            options={MOVES.map((value) => ({ value, text: tOr(`move.${value}`, value) }))}
            onChange={(move) => set({ move: move as Move })}
          />
        )}
        <TextField label={t("day")} type="date" value={form.day} onInput={(day) => set({ day })} />
        {party && <TextField label={t(party)} value={form.party} onInput={(party) => set({ party })} />}
        {usesFrom(form) && (
          <TextField
            label={t("transaction.from")}
            value={form.from}
            onInput={(from) => set({ from })}
            list="warehouses"
          />
        )}
        {usesTo(form) && (
          <TextField label={t("transaction.to")} value={form.to} onInput={(to) => set({ to })} list="warehouses" />
        )}
        {form.kind === "stock-entry" && form.move === "Material Transfer" && (
          <Tick label={t("transaction.transit")} on={form.transit} onChange={(transit) => set({ transit })} />
        )}
      </div>
      <Rows rows={form.rows} priced={usesRate(form)} onChange={(rows) => set({ rows })} />
      <TextField label={t("note")} value={form.remarks} onInput={(remarks) => set({ remarks })} />
      {usesRate(form) && <p class="large">{t("transaction.total", { sum: money(`${total(form)}`) })}</p>}
      <Problem of={act.failed} />
      {lack && <p class="quiet">{t(`lack.${lack}`)}</p>}
      <div class="buttons">
        <Do act={act} icon="check" disabled={lack !== null} onClick={run}>
          {t("transaction.do")}
        </Do>
        <Button onClick={() => setForm(fresh())}>{t("transaction.empty")}</Button>
      </div>
    </Page>
  );
}
