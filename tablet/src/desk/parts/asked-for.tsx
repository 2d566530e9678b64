// One request to a site's box, as its list shows it: what was asked for, and what became of that.

import { whatOf } from "../entering";
import { t } from "../i18n";
import type { Transaction } from "../types";
import { amount, count, kindName, moment, money } from "../words";

/** So many lines are seen at once; the others are opened. */
const SEEN = 3;

/** What people call it. */
export function calledOf(of: Transaction): string {
  const what = whatOf(of);
  return what ? t(`enter.is.${what}`) : kindName(of.kind);
}

export function AskedFor({ of }: { of: Transaction }) {
  const { fields } = of;
  if (!fields) return <>{t("document.lost")}</>;
  const items = Array.isArray(fields.items) ? (fields.items as Record<string, unknown>[]) : [];
  const names = [fields.from_warehouse ?? fields.set_warehouse, fields.to_warehouse, fields.customer];
  const more = items.length - SEEN;
  return (
    <>
      {calledOf(of)}
      <small>{names.filter(Boolean).join(" → ")}</small>
      <Lines of={items.slice(0, SEEN)} />
      {more > 0 && (
        <details>
          <summary>{t("transactions.more_lines", { n: count(more) })}</summary>
          <Lines of={items.slice(SEEN)} />
        </details>
      )}
    </>
  );
}

function Lines({ of }: { of: Record<string, unknown>[] }) {
  return (
    <ul>
      {of.map((row, at) => (
        <li key={at}>
          <small>{line(row)}</small>
        </li>
      ))}
    </ul>
  );
}

function line({ item_code, qty, rate, basic_rate }: Record<string, unknown>): string {
  const each = rate ?? basic_rate;
  const words = `${item_code}: ${amount(String(qty))}`;
  return each === undefined || each === null ? words : `${words} × ${money(String(each))}`;
}

export function Stands({ of }: { of: Transaction }) {
  const { id, site, state, why, line, answered, taken_back_by } = of;
  const at = answered === null ? "" : t("transactions.answered", { at: moment(answered) });
  if (state === "recorded") {
    return (
      <>
        <span class="badge good">{t("transactions.is.recorded")}</span>
        <div>
          <a class="strong" href={`#/document/${id}`}>
            {line?.number ?? id.slice(0, 8)}
          </a>
        </div>
        <small>{at}</small>
      </>
    );
  }
  if (state === "declined") {
    return (
      <>
        <span class="badge bad">{t("transactions.is.declined")}</span>
        <small class="why">{why ?? ""}</small>
        <small>{at}</small>
      </>
    );
  }
  const says = taken_back_by
    ? t("transactions.taken_back", { who: taken_back_by, site })
    : t("transactions.not_answered", { site });
  return (
    <>
      <span class="badge warn">{t("transactions.is.undecided")}</span>
      <small class="why">{says}</small>
    </>
  );
}
