// A document for a site's warehouse, entered at the office. The site's box decides: here it is asked.
//
// The id is made when the screen opens: what is sent again is the same request, however often one taps and whatever got lost on the way.

import { useEffect, useState } from "preact/hooks";
import { NotReached } from "../../errors";
import { Choice } from "../../parts/fields";
import { Button, Notice } from "../../parts/frame";
import { goInstead } from "../../parts/place";
import { uuid } from "../../uuid";
import { api } from "../api";
import { useAct, useAsked } from "../asked";
import { documentOf, type Fault, type Form, faultOf, isComplete, newRow, WHATS } from "../entering";
import { t } from "../i18n";
import { EntryRows } from "../parts/entry-rows";
import { SiteSelect } from "../parts/filters";
import { Do, Page, Problem } from "../parts/page";
import { Suggest, Wrong } from "../parts/suggest";
import { siteNames } from "../sites";
import type { StockRow, TransitRow } from "../types";

/** So many rows of a site's stock are offered to choose from; all else is typed. */
const OFFERED = 500;

export function Enter({ of }: { of: string | null }) {
  const [id, setId] = useState(() => uuid());
  const [form, setForm] = useState<Form>(() => ({ ...NOTHING, site: of ?? only() }));
  /** What the office's refusal is about: what has been changed since is not refused. */
  const [sent, setSent] = useState<Form | null>(null);
  const act = useAct();
  const { stock, transit } = useOffered(form.site);
  const set = (to: Partial<Form>) => setForm((was) => ({ ...was, ...to }));
  const failed = sent === form ? act.failed : null;
  const fault = faultOf(failed, form);
  const at = (spot: Fault["at"]) => (fault?.at === spot ? fault : null);
  const ask = (waits: boolean) => {
    // A number that cannot be read is said so at its field: what it was before is not sent in its place.
    if (document.querySelector(".entry-row .number + .hint.bad")) return lookAtFault();
    setSent(form);
    act.run(async () => {
      await api.enter({ site: form.site, ...documentOf(form, id), ...(waits ? { waits } : {}) });
      goInstead("transactions", form.site);
    });
  };
  const another = () => {
    setId(uuid());
    setSent(null);
  };
  useEffect(() => {
    if (failed) lookAtFault();
  }, [failed]);
  const there = (item: string) =>
    stock.find((row) => row.warehouse === form.warehouse.trim() && row.item_code === item)?.qty ?? null;
  const ways = distinct(transit.map(({ warehouse }) => warehouse));
  const own = distinct(stock.map(({ warehouse }) => warehouse)).filter((name) => !ways.includes(name));
  return (
    <Page title={t("enter.title")}>
      <p>{t("enter.says")}</p>
      <Choice
        label={t("enter.what")}
        value={form.what}
        options={WHATS.map((value) => ({ value, text: t(`enter.is.${value}`) }))}
        onChange={(what) => set({ what })}
      />
      <div class="filters top-aligned">
        <div class="field">
          <SiteSelect value={form.site} onChange={(site) => set({ site })} all={false} />
          {fault?.at === "site" && !fault.away && <Wrong rule={fault.rule} remedy={fault.remedy} />}
        </div>
        <Suggest
          label={t(`enter.warehouse.${form.what === "in" ? "to" : "from"}`)}
          value={form.warehouse}
          options={own}
          onInput={(warehouse) => set({ warehouse })}
          hint={t("enter.warehouse_hint")}
          wrong={at("warehouse")}
        />
        {form.what === "send" && (
          <Suggest
            label={t("enter.transit")}
            value={form.transit}
            options={ways}
            onInput={(transit) => set({ transit })}
            hint={t("enter.transit_hint")}
            wrong={at("transit")}
          />
        )}
        {form.what === "deliver" && (
          <Suggest
            label={t("customer")}
            value={form.customer}
            options={[]}
            onInput={(customer) => set({ customer })}
            hint={t("enter.customer_hint")}
            wrong={at("customer")}
          />
        )}
      </div>
      <EntryRows
        form={form}
        set={set}
        items={distinct(stock.map(({ item_code }) => item_code))}
        there={there}
        fault={fault}
      />
      <p class="quiet">{t("enter.day_says")}</p>
      {fault?.away && (
        <div class="notice warn" role="alert">
          <p>{fault.rule}</p>
          <p>{t("enter.away")}</p>
          <Do act={act} onClick={() => ask(true)}>
            {t("enter.leave")}
          </Do>
        </div>
      )}
      {fault?.known && (
        <div class="notice warn" role="alert">
          <p>{t("enter.known")}</p>
          <p class="links">
            <a href={`#/transactions/${encodeURIComponent(form.site)}`}>{t("transactions.title")}</a>
          </p>
          <Button onClick={another}>{t("enter.another")}</Button>
        </div>
      )}
      {(!fault || fault.at === null) && !fault?.known && <Problem of={failed} />}
      {failed instanceof NotReached && <Notice kind="warn">{t("enter.same")}</Notice>}
      <Do act={act} icon="out" disabled={!isComplete(form)} onClick={() => ask(false)}>
        {t("enter.do")}
      </Do>
    </Page>
  );
}

const NOTHING: Form = { site: "", what: "out", warehouse: "", transit: "", customer: "", rows: [newRow()] };

/** The site, where there is one alone. */
function only(): string {
  const [first, ...more] = siteNames.peek();
  return first !== undefined && more.length === 0 ? first : "";
}

/** A field may be far above the button that was touched. */
function lookAtFault(): void {
  const field = document.querySelector<HTMLElement>('.page input[aria-invalid="true"]');
  field?.focus({ preventScroll: true });
  (field ?? document.querySelector('.page [role="alert"]'))?.scrollIntoView({ block: "center" });
}

const distinct = (names: readonly string[]) => [...new Set(names)].sort();

/** What the office knows to be at the site, and what is under way from where: there is no list of a site's warehouses and items to ask for. */
function useOffered(site: string): { stock: StockRow[]; transit: TransitRow[] } {
  const stock = useAsked(async () => (site === "" ? null : api.stock({ site }, { limit: OFFERED })), [site], ["site"]);
  const transit = useAsked(() => api.transit({ limit: OFFERED }), []);
  return { stock: stock.value?.items ?? [], transit: transit.value?.items ?? [] };
}
