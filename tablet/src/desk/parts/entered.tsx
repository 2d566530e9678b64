// A document that is held or was given up was entered in the company's books by hand: under which name it is there.

import { useState } from "preact/hooks";
import { ApiError } from "../../errors";
import { Dialog } from "../../parts/dialog";
import { TextField } from "../../parts/fields";
import { Button } from "../../parts/frame";
import { api } from "../api";
import { useAct } from "../asked";
import { t } from "../i18n";
import { Do, Problem } from "./page";
import { Tick } from "./tick";

interface Props {
  of: { id: string; called: string };
  onClose: () => void;
  onDone: (words: string[]) => void;
}

export function Entered({ of, onClose, onDone }: Props) {
  const [name, setName] = useState("");
  const [anyway, setAnyway] = useState(false);
  const [differs, setDiffers] = useState(false);
  const act = useAct();
  // What another document has otherwise nobody has looked at yet.
  const rename = (to: string) => {
    setName(to);
    setDiffers(false);
    setAnyway(false);
  };
  const enter = () =>
    act.run(async () => {
      try {
        const { said } = await api.entered(of.id, { name: name.trim(), anyway });
        onDone([t("entered.done", { called: of.called }), ...said]);
      } catch (error) {
        setDiffers(error instanceof ApiError && error.input === "anyway");
        throw error;
      }
    });
  return (
    <Dialog title={t("entered.title", { called: of.called })} onClose={onClose}>
      <p>{t("entered.says")}</p>
      <TextField label={t("entered.name")} value={name} onInput={rename} />
      <Problem of={act.failed} />
      {differs && <Tick label={t("entered.anyway")} on={anyway} onChange={setAnyway} />}
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} disabled={name.trim() === "" || (differs && !anyway)} onClick={enter}>
          {t("held.entered")}
        </Do>
      </div>
    </Dialog>
  );
}
