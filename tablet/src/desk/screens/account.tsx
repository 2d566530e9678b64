// Oneself: which role, until when, another password, the end of the session, the language.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { api } from "../api";
import { useAct } from "../asked";
import { t } from "../i18n";
import { Fact } from "../parts/fact";
import { Languages } from "../parts/languages";
import { Do, Page, Problem, Said } from "../parts/page";
import { logout, me } from "../session";
import { moment, roleName } from "../words";

const SHORTEST = 10;

export function Account() {
  const out = useAct();
  const who = me.value;
  if (!who) return null;
  return (
    <Page title={t("account.title")}>
      <dl class="facts">
        <Fact name={t("login.user")} value={`${who.full_name} (${who.user})`} />
        <Fact name={t("users.role")} value={`${roleName(who.role)}: ${t(`role.${who.role}.says`)}`} />
        <Fact name={t("account.until")} value={moment(who.until)} />
      </dl>
      <Problem of={out.failed} />
      <Do act={out} kind="plain" icon="out" onClick={() => out.run(logout)}>
        {t("account.logout")}
      </Do>
      <Password />
      <Languages />
    </Page>
  );
}

function Password() {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const [words, setWords] = useState<string[] | null>(null);
  const act = useAct();
  const short = fresh !== "" && fresh.length < SHORTEST;
  const other = again !== "" && again !== fresh;
  const submit = (event: Event) => {
    event.preventDefault();
    setWords(null);
    act.run(async () => {
      await api.password(old, fresh);
      setWords([t("account.changed")]);
      for (const set of [setOld, setFresh, setAgain]) set("");
    });
  };
  return (
    <form class="boxed" onSubmit={submit}>
      <h2>{t("account.password")}</h2>
      <Problem of={act.failed} />
      <Said words={words} />
      <TextField
        label={t("account.old")}
        type="password"
        value={old}
        onInput={setOld}
        autocomplete="current-password"
      />
      <TextField
        label={t("account.new")}
        type="password"
        value={fresh}
        onInput={setFresh}
        autocomplete="new-password"
        hint={t("account.at_least", { n: SHORTEST })}
      />
      <TextField
        label={t("account.again")}
        type="password"
        value={again}
        onInput={setAgain}
        autocomplete="new-password"
        hint={other ? t("account.other") : undefined}
      />
      <button
        type="submit"
        class="button main"
        disabled={act.busy || old === "" || fresh === "" || short || again !== fresh}
      >
        {t("account.change")}
      </button>
    </form>
  );
}
