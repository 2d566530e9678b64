// The tablet's first screen: the six digits that the box shows. By QR they are in the address already.

import { useEffect, useState } from "preact/hooks";
import { Api, ApiError } from "../api";
import { paired } from "../app";
import { LANGUAGES, language, speak, t } from "../i18n";
import { NotReached } from "../link/link";
import { Choice, TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { place } from "../parts/place";
import { Keypad } from "../parts/proof";

export function Pair() {
  const [code, setCode] = useState("");
  const scanned = place.value.screen;
  useEffect(() => setCode(/pair=(\d{6})/.exec(scanned)?.[1] ?? ""), [scanned]);
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [no, setNo] = useState<string | null>(null);
  const pair = () => {
    if (code.length !== 6 || busy) return;
    setBusy(true);
    new Api(null, () => null)
      .pair(code, name)
      .then(paired)
      .catch((error: unknown) => {
        if (error instanceof ApiError) setNo([error.message, error.remedy].filter(Boolean).join(": "));
        else if (error instanceof NotReached) setNo(t("login.no_box"));
        else throw error;
        setCode("");
      })
      .finally(() => setBusy(false));
  };
  const isName = name === "" || /^[a-z0-9-]{1,32}$/.test(name);
  return (
    <Frame
      title={t("pair.title")}
      home
      actions={
        <Button kind="main" icon="check" disabled={code.length !== 6 || busy || !isName} onClick={pair}>
          {busy ? t("wait") : t("pair.go")}
        </Button>
      }
    >
      <p>{t("pair.how")}</p>
      {no && <Notice kind="bad">{no}</Notice>}
      <Keypad value={code} onInput={(typed) => setCode(typed.slice(0, 6))} onEnter={pair} />
      <TextField label={t("pair.name")} hint={t("pair.name_hint")} value={name} onInput={setName} max={32} />
      <Choice label={t("language")} value={language.value} options={LANGUAGES} onChange={(to) => void speak(to)} />
    </Frame>
  );
}
