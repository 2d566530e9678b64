// Who is at the tablet. Only the box can tell a PIN: out of range nobody new logs in, and who is logged in stays.

import { app } from "../app";
import { t } from "../i18n";
import { Frame, Notice } from "../parts/frame";
import { goInstead } from "../parts/place";
import { AskProof } from "../parts/proof";

export function Login() {
  const { rows, people, link } = app();
  const known = rows.masters.value.people();
  return (
    <Frame title={t("login.title")} home>
      {!link.reached.value.up && <Notice kind="warn">{t("login.no_box")}</Notice>}
      <AskProof
        people={known}
        submit={t("login.go")}
        onProof={async (proof) => {
          await people.login(proof);
          goInstead("");
        }}
      />
    </Frame>
  );
}
