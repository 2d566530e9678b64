// Another user of the desk, and what is changed of one.

import { useState } from "preact/hooks";
import { Dialog } from "../../parts/dialog";
import { Choice, TextField } from "../../parts/fields";
import { Button } from "../../parts/frame";
import { api } from "../api";
import { useAct } from "../asked";
import { t } from "../i18n";
import { SHORTEST, secret } from "../secret";
import type { Role, User } from "../types";
import { roleName } from "../words";
import { Do, Problem } from "./page";

interface Props {
  onClose: () => void;
  onDone: (said: string) => void;
}

const ROLES: readonly Role[] = ["look", "work", "admin"];

function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const options = ROLES.map((role) => ({ value: role, text: `${roleName(role)}: ${t(`role.${role}.says`)}` }));
  return (
    <div class="checks-of">
      <Choice label={t("users.role")} value={value} options={options} onChange={onChange} />
    </div>
  );
}

export function AddUser({ onClose, onDone }: Props) {
  const [name, setName] = useState("");
  const [fullName, setFullName] = useState("");
  const [role, setRole] = useState<Role>("look");
  const [password, setPassword] = useState(secret);
  const act = useAct();
  const run = () =>
    act.run(async () => {
      await api.addUser({ name: name.trim(), full_name: fullName.trim(), role, password });
      onDone(t("users.added", { name: name.trim(), password }));
    });
  const lacks = name.trim() === "" || fullName.trim() === "" || password.length < SHORTEST;
  return (
    <Dialog title={t("users.add")} onClose={onClose}>
      <TextField label={t("users.name")} value={name} onInput={setName} hint={t("users.name_hint")} max={60} />
      <TextField label={t("users.full_name")} value={fullName} onInput={setFullName} />
      <RoleChoice value={role} onChange={setRole} />
      <FirstPassword value={password} onInput={setPassword} />
      <Problem of={act.failed} />
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} disabled={lacks} onClick={run}>
          {t("users.add")}
        </Do>
      </div>
    </Dialog>
  );
}

function FirstPassword({ value, onInput }: { value: string; onInput: (value: string) => void }) {
  return (
    <TextField
      label={t("users.password")}
      value={value}
      onInput={onInput}
      hint={t("users.password_hint", { n: SHORTEST })}
      autocomplete="off"
    />
  );
}

export function ChangeUser({ of, onClose, onDone }: Props & { of: User }) {
  const [fullName, setFullName] = useState(of.full_name);
  const [role, setRole] = useState<Role>(of.role);
  const [password, setPassword] = useState<string | null>(null);
  const act = useAct();
  const changes = {
    ...(fullName.trim() === of.full_name ? {} : { full_name: fullName.trim() }),
    ...(role === of.role ? {} : { role }),
    ...(password === null ? {} : { password }),
  };
  const run = () =>
    act.run(async () => {
      await api.changeUser(of.name, changes);
      onDone(password === null ? t("users.changed", { name: of.name }) : t("users.reset", { name: of.name, password }));
    });
  const lacks = fullName.trim() === "" || (password !== null && password.length < SHORTEST);
  return (
    <Dialog title={of.name} onClose={onClose}>
      <TextField label={t("users.full_name")} value={fullName} onInput={setFullName} />
      <RoleChoice value={role} onChange={setRole} />
      {password === null ? (
        <Button icon="lock" onClick={() => setPassword(secret())}>
          {t("users.new_password")}
        </Button>
      ) : (
        <FirstPassword value={password} onInput={setPassword} />
      )}
      <Problem of={act.failed} />
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} disabled={lacks || Object.keys(changes).length === 0} onClick={run}>
          {t("users.save")}
        </Do>
      </div>
    </Dialog>
  );
}
