// A second person's word for a document that the box would not take without one. It is sent again, the same, once they have agreed.

import { useState } from "preact/hooks";
import { app } from "../app";
import { t } from "../i18n";
import type { Entry } from "../outbox/entry";
import { KINDS } from "../submit";
import { Dialog } from "./dialog";
import { Button } from "./frame";
import { whyOf } from "./marks";
import { AskProof } from "./proof";
import { seconds, whySecond } from "./seconds";

export function Approve({ entry }: { entry: Entry }) {
  const [open, setOpen] = useState(false);
  const { people, outbox, rows } = app();
  const of = entry.cancels ? outbox.get(entry.cancels) : entry;
  const asks = { kind: of && KINDS[of.kind], sender: entry.sender ?? entry.user };
  return (
    <>
      <Button kind="main" icon="person" onClick={() => setOpen(true)}>
        {t("approve.ask")}
      </Button>
      {open && (
        <Dialog title={t("approve.title")} onClose={() => setOpen(false)}>
          <p>{whySecond(whyOf(entry))}</p>
          <AskProof
            people={seconds(rows.masters.value, asks)}
            submit={t("approve.go")}
            onProof={async (proof) => {
              await people.approve(proof, entry.id);
              setOpen(false);
              await outbox.again(entry.id, people.session.value);
            }}
          />
          <Button onClick={() => setOpen(false)}>{t("close")}</Button>
        </Dialog>
      )}
    </>
  );
}
