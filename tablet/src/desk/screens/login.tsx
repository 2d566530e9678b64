// Who sits at the desk.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { Notice } from "../../parts/frame";
import { useAct } from "../asked";
import { t } from "../i18n";
import { Languages } from "../parts/languages";
import { Page, Problem } from "../parts/page";
import { ended, login } from "../session";

export function Login() {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const act = useAct();
  const submit = (event: Event) => {
    event.preventDefault();
    act.run(() => login(user.trim(), password));
  };
  return (
    <div class="door">
      <Page title={t("desk.title")}>
        {ended.value && <Notice kind="warn">{t("login.ended")}</Notice>}
        <Problem of={act.failed} />
        <form onSubmit={submit}>
          <TextField label={t("login.user")} value={user} onInput={setUser} autocomplete="username" />
          <TextField
            label={t("login.password")}
            type="password"
            value={password}
            onInput={setPassword}
            autocomplete="current-password"
          />
          <button type="submit" class="button main" disabled={act.busy || user.trim() === "" || password === ""}>
            {act.busy ? t("wait") : t("login.go")}
          </button>
        </form>
        <Languages />
      </Page>
    </div>
  );
}
