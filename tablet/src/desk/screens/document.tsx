// One document's whole way: where it was saved, how it came, what the books made of it; and what it says.

import { useState } from "preact/hooks";
import { Button, Notice } from "../../parts/frame";
import { api } from "../api";
import { useAsked } from "../asked";
import { t } from "../i18n";
import { Fields } from "../parts/document-fields";
import { Entered } from "../parts/entered";
import { Fact } from "../parts/fact";
import { MarkSays } from "../parts/lines";
import { Page, Problem, Said } from "../parts/page";
import { Stamps } from "../parts/stamps";
import { may } from "../session";
import type { Cancellation, Way } from "../types";
import { amendedBy, amount, kindName } from "../words";

export function DocumentScreen({ of }: { of: string | null }) {
  const id = of ?? "";
  const { value, failed, busy, again } = useAsked(() => api.document(id), [id], ["posted", "held"]);
  const first = value?.ways[0];
  const title = first ? `${kindName(first.line.kind)} ${first.line.number ?? ""}` : t("document");
  return (
    <Page title={title} up={{ href: "#/documents", text: t("documents.title") }}>
      <Problem of={failed} />
      {value === null && busy && <p class="quiet">{t("wait")}</p>}
      {value && value.ways.length > 1 && <p class="notice warn">{t("document.copied")}</p>}
      {value?.ways.map((way) => (
        <OneWay key={way.site} way={way} onDone={again} />
      ))}
    </Page>
  );
}

function OneWay({ way, onDone }: { way: Way; onDone: () => void }) {
  return (
    <>
      <section class="boxed">
        <h2>{t("document.way", { site: way.site })}</h2>
        <div class="badges">
          <MarkSays line={way.line} />
        </div>
        <Stamps of={way.stamps} />
        <NotBooked way={way} />
        <Who way={way} />
        {way.line.mark === "given_up" && !way.cancellation && may("work") && <ByHand way={way} onDone={onDone} />}
      </section>
      {way.cancellation && <Cancelled of={way.cancellation} />}
      <section class="boxed">
        <h2>{t("document.sent")}</h2>
        {way.document ? <Fields of={way.document} /> : <Notice kind="bad">{t("document.lost")}</Notice>}
      </section>
      {way.booked && (
        <section class="boxed">
          <h2>{t("document.booked")}</h2>
          <Fields of={way.booked} />
        </section>
      )}
    </>
  );
}

/** What was given up may be in the books by hand, then or later. */
function ByHand({ way, onDone }: { way: Way; onDone: () => void }) {
  const [asking, setAsking] = useState(false);
  const [words, setWords] = useState<string[] | null>(null);
  const of = { id: way.line.id, called: way.line.number ?? way.line.id };
  const done = (said: string[]) => {
    setWords(said);
    setAsking(false);
    onDone();
  };
  return (
    <>
      <Said words={words} />
      {words === null && <Button onClick={() => setAsking(true)}>{t("held.entered")}</Button>}
      {asking && <Entered of={of} onClose={() => setAsking(false)} onDone={done} />}
    </>
  );
}

function Who({ way }: { way: Way }) {
  const returned = Object.entries(way.returned ?? {});
  const rows = returned.map(([row, qty]) => t("document.returned_row", { row, qty: amount(qty) }));
  return (
    <>
      <dl class="facts bare">
        <Fact name={t("document.by")} value={byWhom(way.user, way.approved_by)} />
        <Fact name={t("scans.device")} value={way.device ?? "–"} />
        {rows.length > 0 && <Fact name={t("document.returned")} value={rows.join(", ")} />}
        {way.hash && <Fact name={t("document.hash")} value={way.hash} />}
      </dl>
      <p class="links">
        {way.amends && <a href={`#/document/${way.amends}`}>{t("document.amends")}</a>}
        {way.amended_by && <a href={`#/document/${way.amended_by}`}>{amendedBy(way)}</a>}
      </p>
    </>
  );
}

/** What the books lack of one that was replaced, cancelled before, or given up. */
function NotBooked({ way }: { way: Way }) {
  return <Said words={way.not_booked ?? []} kind="warn" />;
}

function Cancelled({ of }: { of: Cancellation }) {
  return (
    <section class="boxed">
      <h2>{t("kind.cancellation")}</h2>
      <dl class="facts bare">
        <Fact name={t("document.reason")} value={of.reason} />
        <Fact name={t("document.by")} value={byWhom(of.user, of.approved_by)} />
      </dl>
      <Stamps of={of.stamps} />
    </section>
  );
}

function byWhom(user: string | null, approver: string | null): string {
  return approver ? t("document.approved", { user: user ?? "–", approver }) : (user ?? "–");
}
