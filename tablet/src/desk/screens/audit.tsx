// Who did what at the desk, and from where.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { api } from "../api";
import { usePaged } from "../asked";
import { t } from "../i18n";
import { Page } from "../parts/page";
import { Listing } from "../parts/table";
import { moment } from "../words";

export function Audit() {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [user, setUser] = useState("");
  const list = usePaged((part) => api.audit({ from, to, user: user.trim() }, part), [from, to, user]);
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
          { head: t("login.user"), cell: ({ user }) => user ?? "–" },
          { head: t("audit.address"), cell: ({ address }) => address ?? "–" },
          { head: t("audit.act"), cell: ({ act }) => act },
          { head: t("audit.what"), cell: ({ what }) => <span class="code">{what ?? "–"}</span> },
          { head: t("audit.outcome"), cell: ({ outcome }) => outcome },
        ]}
      />
    </Page>
  );
}
