// Where a document has been, one stamp below the other.

import { t } from "../i18n";
import type { Stamp } from "../types";
import { moment } from "../words";

export function Stamps({ of }: { of: readonly Stamp[] }) {
  return (
    <ol class="timeline">
      {of.map((stamp, at) => (
        <li key={at} class={stamp.what}>
          <b>{says(stamp)}</b>
          <span>
            {moment(stamp.at)}
            {!stamp.sure && ` (${t("document.unsure")})`}
          </span>
          {stamp.why && <span class="why">{stamp.why}</span>}
          <small>{t("document.position", { at: stamp.position })}</small>
        </li>
      ))}
    </ol>
  );
}

function says({ what, road, name }: Stamp): string {
  if (what === "arrived" && road !== null) return t(road === "line" ? "stamp.by_line" : "stamp.by_stick");
  if (what === "posted" && name !== null) return t("stamp.posted_as", { name });
  return t(`stamp.${what}`);
}
