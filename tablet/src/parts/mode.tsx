// By which mode something is paid, and the bank's number where the money goes through a bank.

import { app } from "../app";
import { t } from "../i18n";
import { Choice, TextField } from "./fields";

/** As ERPNext: what goes through a bank has the bank's number. */
export function needsReference(mode: string): boolean {
  const masters = app().rows.masters.value;
  const row = masters.get("mode-of-payment", mode);
  const name = masters.accountOf(mode);
  const account = name === undefined ? undefined : masters.get("account", name);
  return (account ? account.account_type : row?.type) === "Bank";
}

interface ModeProps {
  mode: string;
  reference?: string;
  onChange: (mode: string, reference: string) => void;
}

export function ModeChoice({ mode, reference, onChange }: ModeProps) {
  const modes = app().rows.masters.value.modes();
  return (
    <>
      <Choice
        label={t("mode")}
        value={mode}
        options={modes.map(({ mode_of_payment }) => ({ value: mode_of_payment, text: mode_of_payment }))}
        onChange={(to) => onChange(to, reference ?? "")}
      />
      {reference !== undefined && needsReference(mode) && (
        <TextField label={t("reference_no")} value={reference} onInput={(typed) => onChange(mode, typed)} />
      )}
    </>
  );
}
