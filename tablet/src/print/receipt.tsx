// The receipt: on the screen, and by the browser's own printing on paper of 58 or 80 mm. The hash is what shows later that this receipt was given.

import { app } from "../app";
import { moment, number, day as shownDay, t } from "../i18n";
import type { Entry } from "../outbox/entry";
import { kindName, money, partyName, paysFor } from "../parts/words";
import { type BookedTaxes, type HandedOver, paperOf } from "./paper";

export function Receipt({
  entry,
  fields,
  booked,
  widthMm,
  beside,
}: {
  entry: Entry;
  fields: Record<string, unknown>;
  booked?: BookedTaxes | undefined;
  widthMm: 58 | 80;
  /** What was handed over for it by payments of its own. */
  beside: readonly HandedOver[];
}) {
  const { rows } = app();
  const masters = rows.masters.value;
  const paper = paperOf({ ...entry, booked }, fields, masters, beside);
  const party = partyName(String(fields.customer ?? fields.supplier ?? fields.party ?? ""));
  const promised = fields.delivery_date;
  return (
    <section class={`receipt w${widthMm}`} aria-label={t("receipt")}>
      <h2>{masters.settings?.company ?? ""}</h2>
      <p>
        {kindName(entry.kind)} {entry.number ?? ""}
        <br />
        {entry.at ? moment(entry.at) : shownDay(entry.day)}
        {entry.user && (
          <>
            <br />
            {entry.user}
          </>
        )}
        {party && (
          <>
            <br />
            {party}
          </>
        )}
        {typeof promised === "string" && (
          <>
            <br />
            {t("order.promised")}: {shownDay(promised)}
          </>
        )}
        {paysFor(fields).map((what) => (
          <span key={what}>
            <br />
            {t("payment.for")}: {what}
          </span>
        ))}
      </p>
      {paper.lines.length > 0 && (
        <ul>
          {paper.lines.map((line, i) => (
            <li key={`${line.name} ${i}`}>
              <div>{line.name}</div>
              {line.notes.map((note) => (
                <div class="small" key={note}>
                  {note}
                </div>
              ))}
              <div class="pair">
                <span>
                  {number(line.qty)} {line.uom}
                  {line.rate && ` × ${money(line.rate)}`}
                </span>
                <span>{line.amount && money(line.amount)}</span>
              </div>
            </li>
          ))}
        </ul>
      )}
      <dl>
        {!paper.discount.isZero() && <Pair name={t("bill.discount")} value={money(paper.discount.negated())} />}
        {paper.lines.length > 0 &&
          paper.taxes.map((tax) => (
            <Pair
              key={tax.name}
              name={tax.included ? t("bill.included", { tax: tax.name }) : tax.name}
              value={money(tax.amount)}
            />
          ))}
        {paper.total && <Pair name={t("bill.total")} value={money(paper.total)} strong />}
        {!paper.ahead.isZero() && <Pair name={t("deliver.ahead")} value={money(paper.ahead)} />}
        {paper.payments.map((row) => (
          <Pair key={row.mode} name={row.mode} value={money(row.amount)} />
        ))}
        {!paper.change.isZero() && <Pair name={t("pay.change")} value={money(paper.change)} />}
        {paper.open.isPositive() && <Pair name={t("pay.open")} value={money(paper.open)} />}
      </dl>
      {entry.seq !== undefined && (
        <p class="small">
          {entry.seq} · {entry.hash}
        </p>
      )}
    </section>
  );
}

function Pair({ name, value, strong = false }: { name: string; value: string; strong?: boolean }) {
  return (
    <div class={strong ? "pair strong" : "pair"}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
