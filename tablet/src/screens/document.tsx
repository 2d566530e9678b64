// One document: its marks, its paper, and what can be done with it: print, correct, cancel, take back, pay; where the box refused it, put right.

import { useEffect, useState } from "preact/hooks";
import { app } from "../app";
import { ApiError } from "../errors";
import { number } from "../forms/cart";
import { owedOf } from "../forms/owed";
import { fieldsOf } from "../forms/standing";
import { t } from "../i18n";
import { NotReached } from "../link/link";
import { sum } from "../money/decimal";
import { type Entry, reached } from "../outbox/entry";
import { Approve } from "../parts/approve";
import { Dialog } from "../parts/dialog";
import { ofTheBox, ofThisTablet, type Shown } from "../parts/documents";
import { placeOf, prepare } from "../parts/draft";
import { Choice, TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { Marks, whyOf } from "../parts/marks";
import { go, goInstead } from "../parts/place";
import { toldWhy } from "../parts/refusal";
import { whySecond } from "../parts/seconds";
import { itemName, kindName, money, partyName, paysFor } from "../parts/words";
import { putAside } from "../parts/written";
import { linesOf } from "../print/lines";
import { type HandedOver, handedOverFor } from "../print/paper";
import { Receipt } from "../print/receipt";
import { cancel, KINDS } from "../submit";
import { uuid } from "../uuid";

export function DocumentScreen({ of }: { of: string | null }) {
  const { outbox, api, clock } = app();
  const own = outbox.get(of ?? "");
  const [other, setOther] = useState<Shown | "asking" | Nothing>("asking");
  const here = own !== undefined;
  // What was made on another day is printed with the taxes of that day, which the box has.
  const asks = !own || own.state === "not_posted" || (reached(own) > 0 && own.day !== clock.day());
  useEffect(() => {
    if (!asks || of === null) return;
    api
      .document(of)
      .then((detail) => setOther(ofTheBox(detail)))
      .catch((error: unknown) => setOther(nothingOf(error)));
  }, [of, here, asks]);
  const shown = own ? ownAs(own, other) : other;
  if (shown === "asking") return <Frame title={t("document")}>{t("wait")}</Frame>;
  if (typeof shown === "string") {
    return (
      <Frame title={t("document")}>
        <Notice kind="bad">{t(`document.${shown}`)}</Notice>
      </Frame>
    );
  }
  return <Document shown={shown} />;
}

/** What is this tablet's, with what the box says beside. */
function ownAs(own: Entry, other: Shown | string): Shown {
  const shown = ofThisTablet(own);
  if (typeof other === "string") return shown;
  return { ...shown, booked: other.booked, notBooked: other.notBooked, instead: other.instead ?? shown.instead };
}

/** Why there is nothing to show. */
type Nothing = "not_here" | "not_known" | "log_in" | "may_not_read";

function nothingOf(error: unknown): Nothing {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 401) return "log_in";
  if (status === 403) return "may_not_read";
  return status === 404 ? "not_known" : "not_here";
}

function Document({ shown }: { shown: Shown }) {
  const { entry, fields } = shown;
  const { outbox, people, rows } = app();
  const roles = people.session.value?.roles ?? [];
  const kind = KINDS[entry.kind];
  const mayCancel = kind !== undefined && rows.masters.value.may("cancel", kind, roles);
  const cancellation = entry.cancelledBy ? outbox.get(entry.cancelledBy) : undefined;
  const beside = outbox.goingWith(entry.id);
  const paid = beside.filter((one) => outbox.isStanding(one));
  const handed = handedOverFor(entry, fields, paid);
  const change = sum([
    number(String(fields.change_amount ?? "0")),
    ...handed.map(({ given, booked }) => given.minus(booked)),
  ]);
  const recorded = reached(entry) > 0 || shown.elsewhere;
  const isSale = entry.kind === "sales-invoice" && !fields.is_return;
  const owed = owedOf(entry.id, number(entry.total ?? "0"), fields, outbox.entries.value);
  const mayTake = rows.masters.value.may("submit", "Payment Entry", roles);
  const [printing, setPrinting] = useState(false);
  return (
    <Frame
      title={`${kindName(entry.kind)} ${entry.number ?? ""}`}
      onBack={() => goInstead("")}
      actions={
        <>
          <Button icon="print" onClick={() => setPrinting(true)}>
            {t("print")}
          </Button>
          <Button kind="main" icon="check" onClick={() => goInstead("")}>
            {t("home")}
          </Button>
        </>
      }
    >
      <Marks entry={entry} words />
      {shown.cancelled && <Notice kind="warn">{t("document.cancelled")}</Notice>}
      {!change.isZero() && entry.state !== "refused" && (
        <p class="change">{t("document.change", { amount: money(change) })}</p>
      )}
      <Refused entry={entry} />
      <Beside entries={beside} />
      {entry.state === "held" && <Notice kind="warn">{t("document.held", { why: whyOf(entry) })}</Notice>}
      {entry.state === "not_posted" && whyOf(entry) !== "" && (
        <Notice kind="warn">{t("document.given_up", { why: whyOf(entry) })}</Notice>
      )}
      {shown.notBooked.map((line) => (
        <Notice key={line} kind="warn">
          {line}
        </Notice>
      ))}
      {shown.instead && <p class="quiet">{t("document.instead", { number: shown.instead })}</p>}
      <BoxMarks marks={entry.marks ?? []} />
      {cancellation && <Cancellation entry={cancellation} />}
      <Receipt entry={entry} fields={fields} booked={shown.booked} widthMm={58} beside={handed} />
      {recorded && !shown.cancelled && !entry.cancelledBy && (
        <div class="buttons">
          {isSale && (
            <Button icon="returned" onClick={() => go("return", entry.id)}>
              {t("return.do")}
            </Button>
          )}
          {isSale && owed.isPositive() && mayTake && (
            <Button
              icon="money"
              onClick={() => void prepare("payment", { value: payFor(shown) }).then(() => go("payment"))}
            >
              {t("tile.payment")}
            </Button>
          )}
          {entry.form && mayCancel && paid.length === 0 && <Correct entry={entry} />}
          {mayCancel && paid.length === 0 && <Cancel entry={entry} />}
        </div>
      )}
      {recorded && mayCancel && paid.length > 0 && <p class="quiet">{t("document.payment_first")}</p>}
      {printing && <Print shown={shown} beside={handed} onClose={() => setPrinting(false)} />}
    </Frame>
  );
}

function payFor({ entry, fields }: Shown) {
  return {
    kind: "Receive",
    party_type: "Customer",
    party: String(fields.customer ?? ""),
    mode_of_payment: "",
    amount: "",
    reference_no: "",
    references: [{ reference_doctype: "Sales Invoice", reference_name: entry.id, allocated_amount: "" }],
    remarks: "",
  };
}

/** The payments that were submitted with it in one go, each with its marks. */
function Beside({ entries }: { entries: readonly Entry[] }) {
  return (
    <>
      {entries.map((entry) => (
        <button type="button" class="boxed row" key={entry.id} onClick={() => go("document", entry.id)}>
          <span>
            <b>
              {kindName(entry.kind)} {entry.number ?? ""}
            </b>
            {entry.cancelledBy && <small>{t("document.cancelled")}</small>}
            <Marks entry={entry} />
          </span>
          {entry.total && <span class="end">{money(entry.total)}</span>}
        </button>
      ))}
    </>
  );
}

/** Why the box would not take it, and the ways on. */
function Refused({ entry }: { entry: Entry }) {
  const { outbox } = app();
  if (entry.state !== "refused") return null;
  const first = outbox.get(entry.goesWith ?? "");
  if (first?.state === "refused") {
    // It was refused for what it belongs to, and goes on or away with that.
    return (
      <>
        <Notice kind="bad">{t("document.refused_with", { what: kindName(first.kind) })}</Notice>
        <div class="buttons">
          <Button kind="main" onClick={() => goInstead("document", first.id)}>
            {kindName(first.kind)}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <Notice kind="bad">
        {entry.reason?.code === "approval"
          ? t("document.needs_second", { why: whySecond(whyOf(entry)) })
          : t("document.refused", { why: entry.reason ? toldWhy(entry.reason) : "" })}
      </Notice>
      <div class="buttons">
        {entry.reason?.code === "approval" && <Approve entry={entry} />}
        {entry.form && (
          <Button
            icon="order"
            kind={entry.reason?.code === "approval" ? "plain" : "main"}
            onClick={() => void open(entry, { replaces: entry.id, amends: entry.amends })}
          >
            {t("document.put_right")}
          </Button>
        )}
        <Button onClick={() => void outbox.again(entry.id, app().people.session.value)}>{t("document.again")}</Button>
        <Button kind="danger" icon="cross" onClick={() => void putAside(entry.id).then(() => goInstead("today"))}>
          {t("document.drop")}
        </Button>
      </div>
    </>
  );
}

async function open(entry: Entry, as: { amends?: string | undefined; replaces?: string }): Promise<void> {
  if (!entry.form) return;
  await prepare(entry.form.screen, { value: entry.form.value, ...as });
  go(...placeOf(entry.form.screen));
}

/** What the box found unusual, and took all the same. */
function BoxMarks({ marks }: { marks: unknown[] }) {
  const says = marks.map((mark) => {
    if (mark === "unchecked") return t("marked.unchecked");
    const [what, of] = Object.entries(mark as Record<string, Record<string, string>>)[0] ?? [];
    if (what === "short") return t("marked.short", { item: itemName(of?.item_code ?? ""), by: of?.by ?? "" });
    if (what === "not_booked") return t("marked.not_booked", { mode: of?.mode_of_payment ?? "", why: of?.why ?? "" });
    return t("marked.other", { what: what ?? "" });
  });
  return (
    <>
      {says.map((text) => (
        <Notice kind="warn" key={text}>
          {text}
        </Notice>
      ))}
    </>
  );
}

function Cancellation({ entry }: { entry: Entry }) {
  return (
    <section class="boxed">
      <h2>{t("kind.cancellation")}</h2>
      <p>{String(fieldsOf(entry).reason ?? "")}</p>
      <Marks entry={entry} />
      <Refused entry={entry} />
    </section>
  );
}

function Correct({ entry }: { entry: Entry }) {
  return (
    <Button icon="order" onClick={() => void open(entry, { amends: entry.id })}>
      {t("correct.do")}
    </Button>
  );
}

function Cancel({ entry }: { entry: Entry }) {
  // Made as the dialog opens: a second tap is the same cancellation.
  const [id, setId] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  return (
    <>
      <Button kind="danger" icon="cross" onClick={() => setId(uuid())}>
        {t("cancel.do")}
      </Button>
      {id && (
        <Dialog title={t("cancel.title", { what: entry.number ?? kindName(entry.kind) })} onClose={() => setId(null)}>
          <TextField label={t("cancel.reason")} value={reason} onInput={setReason} />
          <div class="buttons">
            <Button
              kind="danger"
              icon="cross"
              disabled={reason.trim() === ""}
              onClick={() => void cancel(app(), id, entry.id, reason.trim(), entry).then(() => setId(null))}
            >
              {t("cancel.do")}
            </Button>
            <Button onClick={() => setId(null)}>{t("close")}</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

type Width = "58" | "80";

function Print({ shown, beside, onClose }: { shown: Shown; beside: readonly HandedOver[]; onClose: () => void }) {
  const [width, setWidth] = useState<Width>(() => (localStorage.getItem("paper") === "80" ? "80" : "58"));
  const [said, setSaid] = useState<string | null>(null);
  const choose = (to: Width) => {
    setWidth(to);
    localStorage.setItem("paper", to);
  };
  const widthMm = width === "80" ? 80 : 58;
  const atBox = () => {
    const { api, rows } = app();
    const { entry, fields, booked } = shown;
    const party = partyName(String(fields.customer ?? fields.supplier ?? fields.party ?? ""));
    const words = { kind: kindName(entry.kind), party, pays: paysFor(fields), money, copy: true };
    return api
      .print(entry.id, widthMm, linesOf({ ...entry, booked }, fields, rows.masters.value, words, beside))
      .then(() => setSaid(t("print.sent")))
      .catch((error: unknown) => setSaid(error instanceof NotReached ? t("login.no_box") : (error as Error).message));
  };
  return (
    <Dialog title={t("print")} full onClose={onClose}>
      <Choice
        label={t("print.width")}
        value={width}
        options={[
          { value: "58", text: "58 mm" },
          { value: "80", text: "80 mm" },
        ]}
        onChange={choose}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <section class="printed" tabIndex={0} aria-label={t("print.paper")}>
        <Receipt entry={shown.entry} fields={shown.fields} booked={shown.booked} widthMm={widthMm} beside={beside} />
      </section>
      {said && <Notice kind="warn">{said}</Notice>}
      <div class="buttons">
        <Button kind="main" icon="print" onClick={() => window.print()}>
          {t("print.browser")}
        </Button>
        <Button icon="box" onClick={() => void atBox()}>
          {t("print.box")}
        </Button>
        <Button onClick={onClose}>{t("close")}</Button>
      </div>
    </Dialog>
  );
}
