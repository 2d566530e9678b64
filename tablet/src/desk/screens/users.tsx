// Who may sit at the desk, and as what.

import { useState } from "preact/hooks";
import { Dialog } from "../../parts/dialog";
import { Button } from "../../parts/frame";
import { api } from "../api";
import { useAct, usePaged } from "../asked";
import { t } from "../i18n";
import { When } from "../parts/looks";
import { Do, Page, Problem, Said } from "../parts/page";
import { Listing } from "../parts/table";
import { AddUser, ChangeUser } from "../parts/user-forms";
import { me } from "../session";
import type { User } from "../types";
import { roleName } from "../words";

type Doing = { what: "add" } | { what: "change" | "delete"; of: User };

export function Users() {
  const list = usePaged((part) => api.users(part), []);
  const [doing, setDoing] = useState<Doing | null>(null);
  const [words, setWords] = useState<string[] | null>(null);
  const act = useAct();
  const [password, setPassword] = useState<string | null>(null);
  const done = (told: string, made?: string) => {
    setWords([told]);
    setPassword(made ?? null);
    setDoing(null);
    list.again();
  };
  const disable = ({ name, disabled }: User) =>
    act.run(async () => {
      await api.changeUser(name, { disabled: !disabled });
      done(t(disabled ? "users.enabled" : "users.disabled_done", { name }));
    });
  const acts = (user: User) => (
    <div class="buttons">
      <Button onClick={() => setDoing({ what: "change", of: user })}>{t("users.change")}</Button>
      {user.name !== me.value?.user && (
        <>
          <Button onClick={() => disable(user)}>{t(user.disabled ? "users.enable" : "users.disable")}</Button>
          <Button kind="danger" onClick={() => setDoing({ what: "delete", of: user })}>
            {t("users.delete")}
          </Button>
        </>
      )}
    </div>
  );
  return (
    <Page title={t("users.title")}>
      <Problem of={act.failed} />
      <Said words={words} />
      {password && (
        <section class="boxed">
          <h2>{t("users.password")}</h2>
          <p class="code secret">{password}</p>
          <p>{t("users.password_once")}</p>
          <Button onClick={() => setPassword(null)}>{t("users.password_told")}</Button>
        </section>
      )}
      <Listing
        label={t("users.title")}
        of={list}
        keyOf={({ name }) => name}
        columns={[
          {
            head: t("login.user"),
            main: true,
            cell: ({ name, full_name }) => (
              <>
                {full_name}
                <small>{name}</small>
              </>
            ),
          },
          { head: t("users.role"), cell: ({ role }) => roleName(role) },
          {
            head: t("documents.state"),
            cell: ({ disabled }) => (
              <span class={disabled ? "badge warn" : "badge good"}>{t(disabled ? "users.is_off" : "users.is_on")}</span>
            ),
          },
          { head: t("users.last"), cell: ({ last_login }) => <When at={last_login} none={t("users.never")} /> },
          { head: t("keys.act"), cell: acts },
        ]}
      />
      <Button kind="main" icon="plus" onClick={() => setDoing({ what: "add" })}>
        {t("users.add")}
      </Button>
      {doing?.what === "add" && <AddUser onClose={() => setDoing(null)} onDone={done} />}
      {doing?.what === "change" && <ChangeUser of={doing.of} onClose={() => setDoing(null)} onDone={done} />}
      {doing?.what === "delete" && <Delete of={doing.of} onClose={() => setDoing(null)} onDone={done} />}
    </Page>
  );
}

function Delete({ of, onClose, onDone }: { of: User; onClose: () => void; onDone: (said: string) => void }) {
  const act = useAct();
  const run = () =>
    act.run(async () => {
      await api.deleteUser(of.name);
      onDone(t("users.deleted", { name: of.name }));
    });
  return (
    <Dialog title={t("users.delete_title", { name: of.full_name })} onClose={onClose}>
      <p>{t("users.delete_says")}</p>
      <Problem of={act.failed} />
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} kind="danger" onClick={run}>
          {t("users.delete")}
        </Do>
      </div>
    </Dialog>
  );
}
