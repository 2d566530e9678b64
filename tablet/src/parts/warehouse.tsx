// In which of a site's warehouses something happens. A site with one is not asked. What was chosen last for a kind of work is what a tablet begins
// the next of it with.

import { app } from "../app";
import { t } from "../i18n";
import { Choice } from "./fields";

/** What is done there, as screens are called. */
export type Work = "sell" | "order" | "receive" | "bill" | "count" | "transfer-out" | "take-in";

const LABELS = {
  sell: "transfer.from",
  order: "transfer.from",
  receive: "transfer.into",
  bill: "transfer.into",
  count: "count.where",
  "transfer-out": "transfer.from",
  "take-in": "transfer.into",
} as const;

const keptAs = (work: Work) => `warehouse ${work}`;

/** The warehouse that a new one begins with; "" where the site has none. */
export function usualWarehouse(work: Work): string {
  return app().rows.masters.value.ownWarehouse(localStorage.getItem(keptAs(work))) ?? "";
}

interface WarehouseProps {
  work: Work;
  value: string | undefined;
  onChange: (warehouse: string) => void;
}

export function WarehouseChoice({ work, value, onChange }: WarehouseProps) {
  const masters = app().rows.masters.value;
  const own = masters.warehouses();
  if (own.length < 2) return null;
  return (
    <Choice
      label={t(LABELS[work])}
      value={masters.ownWarehouse(value) ?? ""}
      options={own.map((name) => ({ value: name, text: name }))}
      onChange={(name) => {
        localStorage.setItem(keptAs(work), name);
        onChange(name);
      }}
    />
  );
}
