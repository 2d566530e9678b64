// What came on a stick that is in this computer, not in the office's: sent file by file, taken in, and the answers for the stick's way back.

import { useEffect, useState } from "preact/hooks";
import { tOr } from "../../i18n";
import { Button, Notice } from "../../parts/frame";
import { api } from "../api";
import { useAct, useAsked } from "../asked";
import { type Chosen, ofStick, save, tooMuch } from "../files";
import { t } from "../i18n";
import { useImporting } from "../importing";
import { useLive } from "../live";
import { Drop } from "../parts/drop";
import { Do, Page, Problem } from "../parts/page";
import { Sendings } from "../parts/sendings";
import { Table } from "../parts/table";
import { Tick } from "../parts/tick";
import type { Import } from "../types";
import { isGone, isWorking } from "../upload";
import { count } from "../words";

/** Where no event comes, it is asked. */
const ASK_MS = 2_000;

export function ImportScreen() {
  const { id, sending, send, letGo, has } = useImporting();
  const [state, setState] = useState<Import | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const [allSites, setAllSites] = useState(false);
  const act = useAct();
  const ask = () => {
    if (id === null) return;
    api.import(id).then(
      (told) => has(id) && setState(told),
      (error: unknown) => {
        if (!isGone(error) || !has(id)) return;
        setState(null);
        letGo();
        setOver(t("import.gone"));
      },
    );
  };
  useLive(["import"], ask);
  const ended = state !== null && (state.state === "done" || state.state === "failed");
  const working = isWorking(state, act);
  useEffect(() => {
    if (!working) return;
    const timer = setInterval(ask, ASK_MS);
    return () => clearInterval(timer);
  }, [working, id]);
  const take = (all: Chosen[]) => {
    const files = all.filter(ofStick);
    const much = tooMuch(files);
    setOver(files.length === 0 ? t("import.nothing") : much ? t(`import.over.${much}`) : null);
    if (files.length === 0 || much) return;
    setState(null);
    act.run(async () => {
      const made = await send(files);
      setState(await api.take(made.id, allSites));
    });
  };
  const again = () => {
    setState(null);
    letGo();
  };
  return (
    <Page title={t("import.title")}>
      <p>{t("import.says")}</p>
      <Sticks />
      {over && <Notice kind="bad">{over}</Notice>}
      <Problem of={act.failed} />
      {sending.length === 0 && (
        <>
          <Drop says={t("import.drop")} disabled={act.busy} onFiles={take} />
          <Tick label={t("import.all_sites")} on={allSites} onChange={setAllSites} />
        </>
      )}
      <Sendings of={sending} />
      {state && <Taken of={state} />}
      {ended && id !== null && <Answers id={id} />}
      {sending.length > 0 && !act.busy && !working && <Button onClick={again}>{t("import.another")}</Button>}
    </Page>
  );
}

/** Sticks in the office's own computer need nobody here. */
function Sticks() {
  const status = useAsked(() => api.status(), [], ["stick"]);
  const sticks = status.value?.sticks ?? [];
  if (sticks.length === 0) return null;
  return (
    <ul class="bullets">
      {sticks.map(({ name, state, word }) => (
        <li key={name}>
          {t("import.stick", { name })} <b>{word ?? tOr(`stick.is.${state}`, state)}</b>
        </li>
      ))}
    </ul>
  );
}

function Taken({ of }: { of: Import }) {
  const refused = of.refused.length + of.more_refused;
  return (
    <section class="boxed">
      <h2>{t(`import.is.${of.state}`)}</h2>
      <label>
        {t("import.progress", { done: count(of.done), files: count(of.files) })}
        <progress value={of.done} max={Math.max(1, of.files)} />
      </label>
      <p role="status">{t("import.came", { fresh: count(of.new), known: count(of.known) })}</p>
      {of.set_aside > 0 && <Notice kind="warn">{t("import.set_aside", { n: count(of.set_aside) })}</Notice>}
      {of.notes.length > 0 && (
        <ul class="bullets">
          {of.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {refused > 0 && (
        <>
          <h3>{t("import.refused", { n: count(refused) })}</h3>
          <Table
            label={t("import.refused", { n: count(refused) })}
            rows={of.refused}
            keyOf={({ name }) => name}
            rowClass={() => "bad"}
            columns={[
              { head: t("import.file"), main: true, cell: ({ name }) => <span class="code">{name}</span> },
              { head: t("held.why"), cell: ({ why }) => why },
            ]}
          />
          {of.more_refused > 0 && <p class="quiet">{t("sending.others", { n: count(of.more_refused) })}</p>}
        </>
      )}
    </section>
  );
}

function Answers({ id }: { id: string }) {
  const act = useAct();
  return (
    <section class="boxed">
      <h2>{t("import.answers")}</h2>
      <p>{t("import.answers_say")}</p>
      <Problem of={act.failed} />
      <Do
        act={act}
        icon="receive"
        onClick={() => act.run(async () => save(await api.answers(id), "outpost-answers.zip"))}
      >
        {t("import.answers_do")}
      </Do>
    </section>
  );
}
