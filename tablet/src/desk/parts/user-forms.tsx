// Another user of the desk, and what is changed of one.

import { useState } from "preact/hooks";
import { Dialog } from "../../parts/dialog";
import { Choice, TextField } from "../../parts/fields";
import { Button } from "../../parts/frame";
import { api } from "../api";
import { useAct } from "../asked";
import { t } from "../i18n";
import type { Role, User, UserChange } from "../types";
import { roleName } from "../words";
import { Do, Problem } from "./page";
import { Tick } from "./tick";

interface Props {
  onClose: () => void;
  /** What was done, and the password that the office made up for it. */
  onDone: (said: string, password?: string) => void;
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
  const act = useAct();
  const run = () =>
    act.run(async () => {
      const named = fullName.trim() === "" ? {} : { full_name: fullName.trim() };
      const made = await api.addUser({ name: name.trim(), ...named, role });
      onDone(t("users.added", { name: made.name }), made.password);
    });
  return (
    <Dialog title={t("users.add")} onClose={onClose}>
      <TextField label={t("users.name")} value={name} onInput={setName} hint={t("users.name_hint")} max={32} />
      <TextField label={t("users.full_name")} value={fullName} onInput={setFullName} />
      <RoleChoice value={role} onChange={setRole} />
      <p class="quiet">{t("users.password_made")}</p>
      <Problem of={act.failed} />
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} disabled={name.trim() === ""} onClick={run}>
          {t("users.add")}
        </Do>
      </div>
    </Dialog>
  );
}

export function ChangeUser({ of, onClose, onDone }: Props & { of: User }) {
  const [fullName, setFullName] = useState(of.full_name);
  const [role, setRole] = useState<Role>(of.role);
  const [fresh, setFresh] = useState(false);
  const act = useAct();
  const changes: UserChange = {
    ...(fullName.trim() === of.full_name ? {} : { full_name: fullName.trim() }),
    ...(role === of.role ? {} : { role }),
    ...(fresh ? { new_password: true } : {}),
  };
  const run = () =>
    act.run(async () => {
      const { password } = await api.changeUser(of.name, changes);
      onDone(t(password === undefined ? "users.changed" : "users.reset", { name: of.name }), password);
    });
  const lacks = fullName.trim() === "" || Object.keys(changes).length === 0;
  return (
    <Dialog title={of.name} onClose={onClose}>
      <TextField label={t("users.full_name")} value={fullName} onInput={setFullName} />
      <RoleChoice value={role} onChange={setRole} />
      <Tick label={t("users.new_password")} on={fresh} onChange={setFresh} />
      <Problem of={act.failed} />
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} disabled={lacks} onClick={run}>
          {t("users.save")}
        </Do>
      </div>
    </Dialog>
  );
}
