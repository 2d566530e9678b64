// A site's keys: which count, the comparing of a new one's fingerprint, the end of a lost one, another box in its place.

import { useState } from "preact/hooks";
import { Dialog } from "../../parts/dialog";
import { TextField } from "../../parts/fields";
import { Button, Notice } from "../../parts/frame";
import { api } from "../api";
import { useAct } from "../asked";
import { t } from "../i18n";
import { may } from "../session";
import type { SiteDetail, SiteKey } from "../types";
import { spaced } from "../words";
import { Do, Problem, Said } from "./page";
import { Table } from "./table";

interface Props {
  site: SiteDetail;
  onDone: () => void;
}

export function Trust({ site, onDone }: Props) {
  const [ending, setEnding] = useState<SiteKey | null>(null);
  const [words, setWords] = useState<string[] | null>(null);
  const admin = may("admin");
  const done = (told: string[]) => {
    setWords(told);
    setEnding(null);
    onDone();
  };
  const columns = [
    {
      head: t("keys.fingerprint"),
      main: true,
      cell: (key: SiteKey) => <span class="code">{spaced(key.fingerprint)}</span>,
    },
    { head: t("keys.state"), cell: (key: SiteKey) => t(`keys.is.${key.state}`) },
  ];
  const acts = {
    head: t("keys.act"),
    cell: (key: SiteKey) =>
      key.state === "ended" ? null : (
        <Button kind="danger" onClick={() => setEnding(key)}>
          {t("keys.revoke")}
        </Button>
      ),
  };
  return (
    <section class="boxed">
      <h2>{t("keys.title")}</h2>
      <Said words={words} />
      {site.compare && <Compare site={site} onDone={done} />}
      {site.keys.length === 0 ? (
        <p class="quiet">{t("keys.none")}</p>
      ) : (
        <Table
          label={t("keys.title")}
          columns={admin ? [...columns, acts] : columns}
          rows={site.keys}
          keyOf={({ fingerprint }) => fingerprint}
        />
      )}
      {admin && (
        <p class="links">
          <a href={`#/enrol/${encodeURIComponent(site.site)}`}>{t("keys.reenrol")}</a>
        </p>
      )}
      {ending && <Revoke site={site.site} of={ending} onClose={() => setEnding(null)} onDone={done} />}
    </section>
  );
}

function Compare({ site, onDone }: { site: SiteDetail; onDone: (words: string[]) => void }) {
  const [shown, setShown] = useState("");
  const act = useAct();
  if (!may("admin")) return <Notice kind="warn">{t("keys.compare_admin")}</Notice>;
  const confirm = () =>
    act.run(async () => {
      await api.confirm(site.site, plain(shown));
      onDone([t("keys.confirmed", { key: spaced(plain(shown)) })]);
    });
  return (
    <div class="notice warn">
      <p>{t("keys.compare")}</p>
      <p class="code large">{spaced(site.compare ?? "")}</p>
      <TextField label={t("keys.shown")} value={shown} onInput={setShown} hint={t("keys.shown_hint")} />
      <Problem of={act.failed} />
      <Do act={act} disabled={plain(shown) === ""} onClick={confirm}>
        {t("keys.confirm")}
      </Do>
    </div>
  );
}

/** As it is typed from a screen: blanks are for the eye. */
function plain(fingerprint: string): string {
  return fingerprint.replace(/\s/g, "").toLowerCase();
}

interface RevokeProps {
  site: string;
  of: SiteKey;
  onClose: () => void;
  onDone: (words: string[]) => void;
}

function Revoke({ site, of, onClose, onDone }: RevokeProps) {
  const [typed, setTyped] = useState("");
  const act = useAct();
  const revoke = () =>
    act.run(async () => {
      await api.revoke(site, plain(of.fingerprint));
      onDone([t("revoke.done", { key: spaced(of.fingerprint) })]);
    });
  return (
    <Dialog title={t("revoke.title", { site })} onClose={onClose}>
      <p>{t("revoke.says")}</p>
      <p class="code">{spaced(of.fingerprint)}</p>
      <TextField label={t("revoke.type", { site })} value={typed} onInput={setTyped} />
      <Problem of={act.failed} />
      <div class="buttons">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Do act={act} kind="danger" disabled={typed.trim() !== site} onClick={revoke}>
          {t("keys.revoke")}
        </Do>
      </div>
    </Dialog>
  );
}
