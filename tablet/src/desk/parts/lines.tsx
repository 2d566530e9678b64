// Documents as lists show them, and how far one is.

import { tOr } from "../../i18n";
import { t } from "../i18n";
import type { Line } from "../types";
import { dayOr, kindName, money } from "../words";
import type { Column } from "./table";

export function lineColumns(): Column<Line>[] {
  return [
    {
      head: t("documents.document"),
      main: true,
      cell: (line) => (
        <>
          <a class="strong" href={`#/document/${line.id}`}>
            {line.number ?? line.id.slice(0, 8)}
          </a>
          <small>{kindName(line.kind)}</small>
        </>
      ),
    },
    { head: t("site"), cell: (line) => line.site },
    { head: t("day"), cell: (line) => <span class="nowrap">{dayOr(line.day)}</span> },
    { head: t("documents.party"), cell: (line) => line.party ?? "–" },
    { head: t("documents.total"), end: true, cell: (line) => money(line.total) },
    { head: t("documents.state"), cell: (line) => <MarkSays line={line} /> },
  ];
}

const LOOKS: Partial<Record<Line["mark"], string>> = { held: "warn", given_up: "bad", posted: "good" };

export function MarkSays({ line }: { line: Line }) {
  const kind = LOOKS[line.mark] ?? "still";
  return (
    <>
      <span class={`badge ${kind}`}>{tOr(`mark.is.${line.mark}`, line.mark)}</span>
      {line.cancelled && <span class="badge bad">{t("document.cancelled")}</span>}
      <small>{line.name ?? line.why ?? ""}</small>
    </>
  );
}
