// Lines of a document that is made at the desk: item, quantity, and a rate where it has prices.

import { NumberField, TextField } from "../../parts/fields";
import { Button } from "../../parts/frame";
import { Icon } from "../../parts/icons";
import { t } from "../i18n";
import { EMPTY, type Row } from "../transaction";

interface RowsProps {
  rows: readonly Row[];
  priced: boolean;
  onChange: (rows: Row[]) => void;
}

export function Rows({ rows, priced, onChange }: RowsProps) {
  const set = (at: number, to: Partial<Row>) => onChange(rows.map((row, n) => (n === at ? { ...row, ...to } : row)));
  const drop = (at: number) => onChange(rows.length === 1 ? [{ ...EMPTY }] : rows.filter((_, n) => n !== at));
  return (
    <section class="boxed">
      <h2>{t("rows.title")}</h2>
      {rows.map((row, at) => (
        <fieldset key={at} class={priced ? "entry priced" : "entry"}>
          <legend class="hidden">{t("rows.line", { n: at + 1 })}</legend>
          <TextField
            label={t("stock.item")}
            value={row.item_code}
            onInput={(item_code) => set(at, { item_code })}
            list="items"
          />
          <NumberField label={t("stock.qty")} value={row.qty} onInput={(qty) => set(at, { qty })} />
          {priced && <NumberField label={t("rows.rate")} value={row.rate} onInput={(rate) => set(at, { rate })} />}
          <button type="button" class="square" aria-label={t("rows.drop", { n: at + 1 })} onClick={() => drop(at)}>
            <Icon name="cross" />
          </button>
        </fieldset>
      ))}
      <Button icon="plus" onClick={() => onChange([...rows, { ...EMPTY }])}>
        {t("rows.add")}
      </Button>
    </section>
  );
}
