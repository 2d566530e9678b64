// How far files are on their way to the office: all of them as one bar, and each by name.

import { t } from "../i18n";
import type { Sending } from "../upload";
import { bytes, count } from "../words";

/** A stick's whole directory is no reading: those that failed, those that are being sent, and the first of the others. */
const SHOWN = 50;
const ORDER: Sending["state"][] = ["failed", "sends", "waits", "sent"];

export function Sendings({ of }: { of: readonly Sending[] }) {
  if (of.length === 0) return null;
  const sent = of.filter(({ state }) => state === "sent").length;
  const failed = of.filter(({ state }) => state === "failed").length;
  const first = [...of].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)).slice(0, SHOWN);
  return (
    <section class="boxed">
      <h2>{t("sending.title")}</h2>
      <label>
        {t("sending.progress", { sent: count(sent), files: count(of.length) })}
        <progress value={sent + failed} max={of.length} />
      </label>
      <ul class="sendings">
        {first.map(({ name, size, state, why }) => (
          <li key={name} class={state}>
            <span class="code">{name}</span> <small>{bytes(size)}</small>
            <b>{t(`sending.is.${state}`)}</b>
            {why && <small class="why">{why}</small>}
          </li>
        ))}
      </ul>
      {of.length > SHOWN && <p class="quiet">{t("sending.others", { n: count(of.length - SHOWN) })}</p>}
    </section>
  );
}
