// Documents a day as bars, and the same as a table for who does not see bars.

import { t } from "../i18n";
import type { ChartDay } from "../types";
import { count, day } from "../words";

const BAR = 10;
const GAP = 3;
const HIGH = 90;

export function Chart({ days }: { days: readonly ChartDay[] }) {
  const most = Math.max(1, ...days.map(({ documents }) => documents));
  const wide = days.length * (BAR + GAP);
  const all = days.reduce((sum, { documents }) => sum + documents, 0);
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last) return null;
  const label = t("chart.says", { n: count(all), from: day(first.day), to: day(last.day), most: count(most) });
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${wide} ${HIGH + 2}`} role="img" aria-label={label} preserveAspectRatio="none">
        {days.map(({ day: of, documents }, at) => {
          const high = Math.round((documents / most) * HIGH);
          return (
            <rect key={of} x={at * (BAR + GAP)} y={HIGH - high} width={BAR} height={Math.max(high, 1)}>
              <title>{`${day(of)}: ${count(documents)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>{label}</figcaption>
      <details>
        <summary>{t("chart.table")}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("day")}</th>
              <th scope="col">{t("chart.documents")}</th>
            </tr>
          </thead>
          <tbody>
            {days.map(({ day: of, documents }) => (
              <tr key={of}>
                <th scope="row">{day(of)}</th>
                <td>{count(documents)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
