// What came of a check of ERPNext: what is wrong first, what is as it has to be folded away.

import { Notice } from "../../parts/frame";
import { findings } from "../findings";
import { t } from "../i18n";
import { count } from "../words";

export function FindingsView({ of }: { of: readonly string[] }) {
  const { errors, warnings, fine } = findings(of);
  return (
    <>
      {errors.length === 0 && <Notice kind="good">{t("erpnext.clean")}</Notice>}
      {errors.length > 0 && <Notice kind="bad">{t("erpnext.errors", { n: count(errors.length) })}</Notice>}
      <Lines of={errors} label={t("erpnext.errors", { n: count(errors.length) })} />
      {warnings.length > 0 && (
        <section class="boxed">
          <h2>{t("erpnext.warnings", { n: count(warnings.length) })}</h2>
          <Lines of={warnings} label={t("erpnext.warnings", { n: count(warnings.length) })} />
        </section>
      )}
      {fine.length > 0 && (
        <details>
          <summary>{t("erpnext.fine", { n: count(fine.length) })}</summary>
          <Lines of={fine} label={t("erpnext.fine", { n: count(fine.length) })} />
        </details>
      )}
    </>
  );
}

function Lines({ of, label }: { of: readonly string[]; label: string }) {
  if (of.length === 0) return null;
  return (
    <ul class="bullets" aria-label={label}>
      {of.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
