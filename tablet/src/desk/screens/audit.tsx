// Who did what at the desk, and from where.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { api } from "../api";
import { usePaged, useQuiet } from "../asked";
import { t } from "../i18n";
import { Page } from "../parts/page";
import { Listing } from "../parts/table";
import type { Act } from "../types";
import { moment } from "../words";

export function Audit() {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [user, setUser] = useState("");
  const asked = useQuiet(user.trim());
  const list = usePaged((part) => api.audit({ from, to, user: asked }, part), [from, to, asked]);
  return (
    <Page title={t("audit.title")}>
      <p>{t("audit.says")}</p>
      <div class="filters">
        <TextField label={t("from_day")} type="date" value={from} onInput={setFrom} />
        <TextField label={t("to_day")} type="date" value={to} onInput={setTo} />
        <TextField label={t("login.user")} type="search" value={user} onInput={setUser} />
      </div>
      <Listing
        label={t("audit.title")}
        of={list}
        keyOf={({ at, act }, n) => `${at}/${act}/${n}`}
        columns={[
          { head: t("audit.at"), main: true, cell: ({ at }) => moment(at) },
          { head: t("login.user"), cell: ({ user }) => (user === "?" ? t("audit.nobody") : user) },
          { head: t("audit.address"), cell: ({ address }) => address },
          {
            head: t("audit.act"),
            cell: ({ act, what }) => (
              <>
                <span class="code">{act}</span>
                <small class="code">{listed(what)}</small>
              </>
            ),
          },
          { head: t("audit.outcome"), cell: ({ outcome }) => <Outcome of={outcome} /> },
        ]}
      />
    </Page>
  );
}

function listed(what: Act["what"]): string {
  const pairs = Object.entries(what).map(([name, value]) => `${name}: ${value}`);
  return pairs.join(", ");
}

function Outcome({ of }: { of: number }) {
  const done = of < 400;
  return (
    <span class={done ? "badge good nowrap" : "badge warn nowrap"}>
      {t(done ? "audit.done" : "audit.refused")} {of}
    </span>
  );
}
