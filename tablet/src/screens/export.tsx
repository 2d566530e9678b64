// Documents of some days as CSV, onto this tablet: what ERPNext's Data Import takes.

import { useState } from "preact/hooks";
import { app } from "../app";
import { t } from "../i18n";
import { NotReached } from "../link/link";
import { Choice, TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { kindName } from "../parts/words";
import { KINDS } from "../submit";

export function Export() {
  const { api, clock, rows, people } = app();
  const roles = people.session.value?.roles ?? [];
  const kinds = Object.entries(KINDS).filter(([, name]) => rows.masters.value.may("read", name, roles));
  const [kind, setKind] = useState(kinds[0]?.[0] ?? "");
  const [from, setFrom] = useState(`${clock.day().slice(0, 8)}01`);
  const [to, setTo] = useState(clock.day());
  const [busy, setBusy] = useState(false);
  const [no, setNo] = useState<string | null>(null);
  const save = () => {
    setBusy(true);
    setNo(null);
    api
      .export(kind, from, to)
      .then((csv) => download(csv, `${kind}-${from}-${to}.csv`))
      .catch((error: unknown) => setNo(error instanceof NotReached ? t("login.no_box") : (error as Error).message))
      .finally(() => setBusy(false));
  };
  return (
    <Frame
      title={t("tile.export")}
      actions={
        <Button kind="main" icon="export" disabled={busy || kind === "" || from > to} onClick={save}>
          {busy ? t("wait") : t("export.do")}
        </Button>
      }
    >
      {no && <Notice kind="bad">{no}</Notice>}
      <Choice
        label={t("export.kind")}
        value={kind}
        options={kinds.map(([slug]) => ({ value: slug, text: kindName(slug) }))}
        onChange={setKind}
      />
      <div class="two">
        <TextField label={t("from_day")} type="date" value={from} onInput={setFrom} />
        <TextField label={t("to_day")} type="date" value={to} onInput={setTo} />
      </div>
    </Frame>
  );
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
