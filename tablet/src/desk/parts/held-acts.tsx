// What a person decides about a document that is held: that a name means another one in the books, or that it is never booked.
// That it was entered by hand is in entered.tsx.

import { useState } from "preact/hooks";
import { Dialog } from "../../parts/dialog";
import { TextField } from "../../parts/fields";
import { Button } from "../../parts/frame";
import { api } from "../api";
import { useAct } from "../asked";
import { t } from "../i18n";
import { type Held, REMAPPED, type Remapped } from "../types";
import { count } from "../words";
import { Select } from "./filters";
import { Do, Problem, Said } from "./page";
import { Tick } from "./tick";

interface Props {
  of: Held;
  onClose: () => void;
  onDone: (words: string[]) => void;
}

export function Remap({ of, onClose, onDone }: Props) {
  const [table, setTable] = useState<Remapped>("warehouses");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [allSites, setAllSites] = useState(false);
  const act = useAct();
  const remap = () =>
    act.run(async () => {
      const names = { from: from.trim(), to: to.trim() };
      const { retried } = await api.remap(of.id, { table, ...names, all_sites: allSites });
      onDone([t("remap.done", names), t("held.retried", { n: count(retried) })]);
    });
  return (
    <Dialog title={t("remap.title", { called: of.called })} onClose={onClose}>
      <p>{of.why}</p>
      <p>{t("remap.says", { site: of.site })}</p>
      <Select
        label={t("remap.table")}
        value={table}
        options={REMAPPED.map((value) => ({ value, text: t(`remap.is.${value}`) }))}
        onChange={(value) => setTable(value as Remapped)}
      />
      <TextField label={t("remap.from")} value={from} onInput={setFrom} />
      <TextField label={t("remap.to")} value={to} onInput={setTo} />
      <Tick label={t("remap.all_sites", { site: of.site })} on={allSites} onChange={setAllSites} />
      <Problem of={act.failed} />
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} disabled={from.trim() === "" || to.trim() === ""} onClick={remap}>
          {t("held.remap")}
        </Do>
      </div>
    </Dialog>
  );
}

export function GiveUp({ of, onClose, onDone }: Props) {
  const [reason, setReason] = useState("");
  const [words, setWords] = useState<string[] | null>(null);
  const act = useAct();
  const giveUp = () => act.run(async () => setWords((await api.giveUp(of.id, reason.trim())).said));
  const close = () => (words === null ? onClose() : onDone([t("give_up.done", { called: of.called }), ...words]));
  return (
    <Dialog title={t("give_up.title", { called: of.called })} onClose={close}>
      {words === null ? (
        <>
          <p>{t("give_up.says")}</p>
          <Said words={of.means} kind="warn" />
          <TextField label={t("give_up.reason")} value={reason} onInput={setReason} lines={3} />
          <Problem of={act.failed} />
          <div class="buttons">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Do act={act} kind="danger" disabled={reason.trim() === ""} onClick={giveUp}>
              {t("held.give_up")}
            </Do>
          </div>
        </>
      ) : (
        <>
          <p>{t("give_up.left_out")}</p>
          <Said words={words} kind="warn" />
          <Button kind="main" onClick={close}>
            {t("close")}
          </Button>
        </>
      )}
    </Dialog>
  );
}

export function RetryAll({ onClose, onDone }: Omit<Props, "of">) {
  const act = useAct();
  const retry = () => act.run(async () => onDone([t("held.retried", { n: count((await api.retry({})).retried) })]));
  return (
    <Dialog title={t("held.retry_all")} onClose={onClose}>
      <p>{t("held.retry_all_says")}</p>
      <Problem of={act.failed} />
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} onClick={retry}>
          {t("held.retry_all")}
        </Do>
      </div>
    </Dialog>
  );
}
