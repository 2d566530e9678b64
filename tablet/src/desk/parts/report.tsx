// What came of looking at files of master data, or of taking them.

import { Notice } from "../../parts/frame";
import { t } from "../i18n";
import type { Problem, Report } from "../types";
import { count } from "../words";
import { Table } from "./table";

export function ReportView({ of }: { of: Report }) {
  const errors = of.errors.length + of.more_errors;
  const warnings = of.warnings.length + of.more_warnings;
  return (
    <>
      {of.taken ? (
        <Notice kind="good">{t("report.taken")}</Notice>
      ) : errors > 0 ? (
        <Notice kind="bad">{t("report.errors", { n: count(errors) })}</Notice>
      ) : (
        <Notice kind="good">{t("report.clean")}</Notice>
      )}
      {errors > 0 && <Problems label={t("report.errors", { n: count(errors) })} of={of.errors} bad />}
      {warnings > 0 && (
        <section class="boxed">
          <h2>{t("report.warnings", { n: count(warnings) })}</h2>
          <Problems label={t("report.warnings", { n: count(warnings) })} of={of.warnings} bad={false} />
        </section>
      )}
      {of.tables.length > 0 && (
        <section class="boxed">
          <h2>{t("report.tables")}</h2>
          <Table
            label={t("report.tables")}
            rows={of.tables}
            keyOf={({ table }) => table}
            columns={[
              { head: t("remap.table"), main: true, cell: ({ table }) => table },
              { head: t("report.new"), end: true, cell: (row) => count(row.new) },
              { head: t("report.changed"), end: true, cell: (row) => count(row.changed) },
              { head: t("report.unchanged"), end: true, cell: (row) => count(row.unchanged) },
              { head: t("report.deleted"), end: true, cell: (row) => count(row.deleted) },
            ]}
          />
        </section>
      )}
    </>
  );
}

function Problems({ label, of, bad }: { label: string; of: readonly Problem[]; bad: boolean }) {
  return (
    <Table
      label={label}
      rows={of}
      keyOf={(_, at) => String(at)}
      rowClass={() => (bad ? "bad" : "")}
      columns={[
        {
          head: t("import.file"),
          main: true,
          cell: ({ file, line }) => (line === undefined ? file : t("report.at", { file, line })),
        },
        { head: t("report.field"), cell: ({ field }) => field ?? "–" },
        { head: t("report.rule"), cell: ({ rule }) => rule },
      ]}
    />
  );
}
