// The lines of a document that is entered at the office: what, how much, and where it matters what one is worth.

import { NumberField } from "../../parts/fields";
import { Button } from "../../parts/frame";
import { Icon } from "../../parts/icons";
import { type Fault, type Form, hasRate, newRow, type Row, type RowSpot } from "../entering";
import { t } from "../i18n";
import { amount } from "../words";
import { Suggest, Wrong } from "./suggest";

interface Props {
  form: Form;
  set: (to: { rows: Row[] }) => void;
  /** What the office knows of at the site. */
  items: readonly string[];
  /** How much of an item the office knows to be in the warehouse; null where it does not say. */
  there: (item: string) => string | null;
  fault: Fault | null;
}

export function EntryRows({ form, set, items, there, fault }: Props) {
  const { what, rows } = form;
  const change = (at: number, to: Partial<Row>) =>
    set({ rows: rows.map((row, n) => (n === at ? { ...row, ...to } : row)) });
  const wrongAt = (at: number, spot: RowSpot) => (fault?.row === at && fault.at === spot ? fault : null);
  return (
    <>
      {rows.map((row, at) => {
        const has = what === "in" ? null : there(row.item.trim());
        const wrong = wrongAt(at, "qty") ?? wrongAt(at, "rate");
        return (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is no grid in every browser.
          <div key={row.n} class="entry-row" role="group" aria-label={t("enter.line", { n: at + 1 })}>
            <Suggest
              label={t("stock.item")}
              value={row.item}
              options={items}
              onInput={(item) => change(at, { item })}
              hint={has === null ? undefined : t("enter.there", { qty: amount(has) })}
              wrong={wrongAt(at, "item")}
            />
            <NumberField
              label={t("stock.qty")}
              value={row.qty}
              onInput={(qty) => change(at, { qty })}
              wrong={wrongAt(at, "qty") !== null}
            />
            {hasRate(what) && (
              <NumberField
                label={t(what === "in" ? "enter.worth" : "enter.price")}
                value={row.rate}
                onInput={(rate) => change(at, { rate })}
                wrong={wrongAt(at, "rate") !== null}
              />
            )}
            {rows.length > 1 && (
              <button
                type="button"
                class="square"
                aria-label={t("enter.drop_line", { n: at + 1 })}
                onClick={() => set({ rows: rows.filter((_, n) => n !== at) })}
              >
                <Icon name="cross" />
              </button>
            )}
            {wrong && <Wrong rule={wrong.rule} remedy={wrong.remedy} />}
          </div>
        );
      })}
      <Button icon="plus" onClick={() => set({ rows: [...rows, newRow(rows)] })}>
        {t("enter.add_line")}
      </Button>
    </>
  );
}
