// One document's whole way: where it was saved, how it came, what the books made of it; and what it says.

import { api } from "../api";
import { useAsked } from "../asked";
import { t } from "../i18n";
import { Fields } from "../parts/document-fields";
import { MarkSays } from "../parts/lines";
import { Page, Problem } from "../parts/page";
import type { Stamp, Way } from "../types";
import { kindName, moment } from "../words";

export function DocumentScreen({ of }: { of: string | null }) {
  const id = of ?? "";
  const { value, failed, busy } = useAsked(() => api.document(id), [id], ["posted", "held"]);
  const first = value?.ways[0];
  const title = first ? `${kindName(first.line.kind)} ${first.line.number ?? ""}` : t("document");
  return (
    <Page title={title} up={{ href: "#/documents", text: t("documents.title") }}>
      <Problem of={failed} />
      {value === null && busy && <p class="quiet">{t("wait")}</p>}
      {value && value.ways.length > 1 && <p class="notice warn">{t("document.copied")}</p>}
      {value?.ways.map((way) => (
        <OneWay key={`${way.site}/${way.line.number}`} way={way} />
      ))}
    </Page>
  );
}

function OneWay({ way }: { way: Way }) {
  return (
    <>
      <section class="boxed">
        <h2>{t("document.way", { site: way.site })}</h2>
        <div class="badges">
          <MarkSays line={way.line} />
        </div>
        <ol class="timeline">
          {way.stamps.map((stamp, at) => (
            <li key={at} class={stamp.what}>
              <b>{says(stamp, way)}</b>
              <span>
                {moment(stamp.at)}
                {!stamp.sure && ` (${t("document.unsure")})`}
              </span>
              {stamp.position !== null && <small>{t("document.position", { at: stamp.position })}</small>}
            </li>
          ))}
        </ol>
      </section>
      <section class="boxed">
        <h2>{t("document.sent")}</h2>
        <Fields of={way.document} />
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

function says({ what, road }: Stamp, { line }: Way): string {
  switch (what) {
    case "saved":
      return t("stamp.saved");
    case "arrived":
      return road === null ? t("stamp.arrived") : t(road === "line" ? "stamp.by_line" : "stamp.by_stick");
    case "posted":
      return line.name ? t("stamp.posted_as", { name: line.name }) : t("stamp.posted");
    case "held":
      return line.mark === "held" && line.why ? t("stamp.held_why", { why: line.why }) : t("stamp.held");
  }
}
