// The paper for the box's printer: lines of text and amounts, in the page's language. The box adds its own word at the foot.

import { moment, number, day as shownDay, t } from "../i18n";
import type { Decimal } from "../money/decimal";
import type { Entry } from "../outbox/entry";
import type { Masters } from "../rows/masters";
import { type HandedOver, type OfPaper, paperOf } from "./paper";

/** As `POST /api/print` takes them. */
export interface PrintedLine {
  left: string;
  right?: string;
  strong?: boolean;
  center?: boolean;
}

/** What stands in the page beside the document: names and amounts as people read them. */
export interface Words {
  kind: string;
  party: string;
  /** What a payment is for. */
  pays?: readonly string[];
  money: (amount: Decimal | string) => string;
  copy: boolean;
}

const MAX_TEXT = 200;

/** `beside`: what was handed over for it by payments of its own. */
export function linesOf(
  entry: Entry & Pick<OfPaper, "booked">,
  fields: Record<string, unknown>,
  masters: Masters,
  words: Words,
  beside: readonly HandedOver[] = [],
): PrintedLine[] {
  const paper = paperOf(entry, fields, masters, beside);
  const { money } = words;
  const lines: PrintedLine[] = [];
  const put = (left: string, right = "", strong = false) => {
    if (left || right) lines.push({ left, right, strong });
  };
  lines.push({ left: masters.settings?.company ?? "", strong: true, center: true });
  if (words.copy) lines.push({ left: t("print.copy"), center: true });
  put(`${words.kind} ${entry.number ?? ""}`.trim());
  put(entry.at ? moment(entry.at) : shownDay(entry.day));
  put(entry.user ?? "");
  put(words.party);
  const promised = fields.delivery_date;
  if (typeof promised === "string") put(`${t("order.promised")}: ${shownDay(promised)}`);
  for (const what of words.pays ?? []) put(`${t("payment.for")}: ${what}`);
  lines.push({ left: "" });
  for (const line of paper.lines) {
    put(line.name);
    for (const note of line.notes) put(`  ${note}`);
    const each = line.rate && ` × ${money(line.rate)}`;
    put(`  ${number(line.qty)} ${line.uom}${each}`, line.amount && money(line.amount));
  }
  lines.push({ left: "" });
  if (!paper.discount.isZero()) put(t("bill.discount"), money(paper.discount.negated()));
  for (const tax of paper.lines.length > 0 ? paper.taxes : []) {
    put(tax.included ? t("bill.included", { tax: tax.name }) : tax.name, money(tax.amount));
  }
  if (paper.total) put(t("bill.total"), money(paper.total), true);
  if (!paper.ahead.isZero()) put(t("deliver.ahead"), money(paper.ahead));
  for (const row of paper.payments) put(row.mode, money(row.amount));
  if (!paper.change.isZero()) put(t("pay.change"), money(paper.change));
  if (paper.open.isPositive()) put(t("pay.open"), money(paper.open));
  lines.push({ left: "" });
  const cut = (text: string) => Array.from(text).slice(0, MAX_TEXT).join("");
  return lines.map((line) => ({ ...line, left: cut(line.left), right: cut(line.right ?? "") }));
}
