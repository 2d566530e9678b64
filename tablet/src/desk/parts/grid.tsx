// The grid of sites and days, and what one day comes to.

import { Dialog } from "../../parts/dialog";
import { Button } from "../../parts/frame";
import { bySite, SIGNS, STATES } from "../grid";
import { t } from "../i18n";
import type { SiteDay } from "../types";
import { count, day as dayName, kindName, money } from "../words";
import { Table } from "./table";

interface GridProps {
  days: readonly string[];
  of: readonly SiteDay[];
  onDay: (day: SiteDay) => void;
}

export function Grid({ days, of, onDay }: GridProps) {
  const sites = bySite(of);
  if (sites.length === 0) return <p class="quiet">{t("nothing_found")}</p>;
  return (
    <>
      <ul class="legend">
        {STATES.map((state) => (
          <li key={state}>
            <span class={`sign-of ${state}`} aria-hidden="true">
              {SIGNS[state]}
            </span>
            {t(`day.is.${state}`)}
          </li>
        ))}
      </ul>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <section class="grid" aria-label={t("days.grid")} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("site")}</th>
              {days.map((day) => (
                <th key={day} scope="col">
                  {Number(day.slice(8))}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sites.map(([site, known]) => (
              <tr key={site}>
                <th scope="row">{site}</th>
                {days.map((day) => (
                  <td key={day}>
                    <Cell
                      of={known.get(day) ?? { site, day, state: "unknown", differs: [], kinds: [] }}
                      onDay={onDay}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Cell({ of, onDay }: { of: SiteDay; onDay: (day: SiteDay) => void }) {
  const { state } = of;
  const label = `${of.site}, ${dayName(of.day)}: ${t(`day.is.${state}`)}`;
  return (
    <button type="button" class={`sign-of ${state}`} aria-label={label} title={label} onClick={() => onDay(of)}>
      {SIGNS[state]}
    </button>
  );
}

export function DayDialog({ of, onClose }: { of: SiteDay; onClose: () => void }) {
  const { state } = of;
  const kind = state === "complete" ? "good" : state === "differs" ? "bad" : state === "idle" ? "" : "warn";
  return (
    <Dialog title={`${of.site}, ${dayName(of.day)}`} onClose={onClose}>
      <p class={`notice ${kind}`}>
        {SIGNS[state]} {t(`day.is.${state}`)}: {t(`day.says.${state}`)}
      </p>
      {of.differs.length > 0 && (
        <ul class="bullets">
          {of.differs.map((kind) => (
            <li key={kind}>{t("days.kind_differs", { kind: kindName(kind) })}</li>
          ))}
        </ul>
      )}
      {of.kinds.length === 0 ? (
        state !== "idle" && <p class="quiet">{t("days.nothing")}</p>
      ) : (
        <Table
          label={t("days.kinds")}
          rows={of.kinds}
          keyOf={({ kind }) => kind}
          columns={[
            { head: t("kind"), main: true, cell: ({ kind }) => kindName(kind) },
            { head: t("chart.documents"), end: true, cell: ({ documents }) => count(documents) },
            { head: t("days.cancelled"), end: true, cell: ({ cancelled }) => count(cancelled) },
            { head: t("days.sum"), end: true, cell: ({ sum }) => money(sum) },
          ]}
        />
      )}
      <Button kind="main" onClick={onClose}>
        {t("close")}
      </Button>
    </Dialog>
  );
}
