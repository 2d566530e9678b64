// What lies on each scale now, and how long ago it said so, to be taken for one of the lines by a tap; or why it cannot be taken.
//
// In: weights that scales tell while one looks, lines that want a quantity. Out: a quantity for one of the lines. A weight that is old is shown, and
// not taken: by then something else may lie there.

import { useEffect, useState } from "preact/hooks";
import { app } from "../app";
import { number } from "../forms/cart";
import { weighed } from "../forms/weigh";
import { agoFine, number as shown, t } from "../i18n";
import { Button, Notice } from "./frame";

/** Between a scale's word and the tap; a scale that is asked to tell by a key of its own tells it once. */
export const FRESH_MS = 60_000;

export interface Wants {
  key: string;
  item_code: string;
  /** As the button says it. */
  name: string;
  uom: string;
}

export function Scales({ wants, onTake }: { wants: readonly Wants[]; onTake: (key: string, qty: string) => void }) {
  const scales = Object.entries(app().link.weights.value).sort(([a], [b]) => a.localeCompare(b));
  const now = useNow(scales.length > 0);
  return (
    <>
      {scales.map(([scale, { weight, unit, heardMs }]) => {
        const age = Math.max(0, now - heardMs);
        return (
          <section class="boxed scale" key={scale}>
            <h2>{t("scale.name", { scale })}</h2>
            <p class="change" role="status">
              {shown(weight)} {unit}
            </p>
            <p class="hint">{agoFine(age)}</p>
            {age > FRESH_MS ? (
              <Notice kind="warn">{t("scale.old")}</Notice>
            ) : (
              <Takes scale={{ weight, unit }} wants={wants} onTake={onTake} />
            )}
          </section>
        );
      })}
    </>
  );
}

interface TakesProps {
  scale: { weight: string; unit: string };
  wants: readonly Wants[];
  onTake: (key: string, qty: string) => void;
}

function Takes({ scale, wants, onTake }: TakesProps) {
  const masters = app().rows.masters.value;
  if (!number(scale.weight).isPositive()) return <p>{t("scale.nothing")}</p>;
  const answers = wants.map((want) => {
    const whole = !!masters.get("uom", want.uom)?.must_be_whole_number;
    return { want, answer: weighed(scale, want.uom, masters.get("item", want.item_code), whole) };
  });
  return (
    <>
      <div class="buttons">
        {answers.map(
          ({ want, answer }) =>
            "qty" in answer && (
              <Button key={want.key} onClick={() => onTake(want.key, answer.qty)}>
                {t("scale.take", { item: want.name, qty: shown(answer.qty), uom: want.uom })}
              </Button>
            ),
        )}
      </div>
      {answers.map(
        ({ want, answer }) =>
          "why" in answer && (
            <p class="hint" key={want.key}>
              {t(`scale.${answer.why}_of`, { item: want.name, unit: scale.unit, uom: want.uom })}
            </p>
          ),
      )}
    </>
  );
}

/** The moment, each second, while somebody wants to know. */
function useNow(wanted: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!wanted) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [wanted]);
  return now;
}
