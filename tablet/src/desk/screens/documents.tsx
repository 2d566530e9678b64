// Documents, by what people have in hand: a number, a customer, a day, a site.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { Button } from "../../parts/frame";
import { api } from "../api";
import { usePaged, useQuiet } from "../asked";
import { today } from "../calendar";
import { t } from "../i18n";
import { KindSelect, SiteSelect } from "../parts/filters";
import { lineColumns } from "../parts/lines";
import { Page } from "../parts/page";
import { Listing } from "../parts/table";
import { documentQuery, type Wanted } from "../search";

export function Documents({ of }: { of: string | null }) {
  const [wanted, setWanted] = useState<Wanted>({ number: "", party: "", site: of ?? "", kind: "", day: today() });
  const asked = useQuiet(wanted);
  const [shared, setShared] = useState(false);
  const set = (to: Partial<Wanted>) => setWanted((was) => ({ ...was, ...to }));
  const list = usePaged(
    (part) => (shared ? api.sharedNumbers({ site: asked.site }, part) : api.documents(documentQuery(asked), part)),
    [shared, ...Object.values(asked)],
    ["posted", "held", "site"],
  );
  return (
    <Page title={t("documents.title")}>
      <div class="buttons tabs">
        <Button pressed={!shared} kind={shared ? "plain" : "main"} onClick={() => setShared(false)}>
          {t("documents.search")}
        </Button>
        <Button pressed={shared} kind={shared ? "main" : "plain"} onClick={() => setShared(true)}>
          {t("documents.shared")}
        </Button>
      </div>
      {shared ? (
        <>
          <p>{t("documents.shared_says")}</p>
          <div class="filters">
            <SiteSelect value={wanted.site} onChange={(site) => set({ site })} />
          </div>
        </>
      ) : (
        <div class="filters">
          <TextField
            label={t("documents.number")}
            type="search"
            value={wanted.number}
            onInput={(number) => set({ number })}
          />
          <TextField
            label={t("documents.party")}
            type="search"
            value={wanted.party}
            onInput={(party) => set({ party })}
          />
          <SiteSelect value={wanted.site} onChange={(site) => set({ site })} />
          <KindSelect value={wanted.kind} onChange={(kind) => set({ kind })} />
          <TextField label={t("day")} type="date" value={wanted.day} onInput={(day) => set({ day })} />
        </div>
      )}
      {!shared && <p class="quiet">{t("documents.rule")}</p>}
      <Listing
        label={t("documents.title")}
        of={list}
        columns={lineColumns()}
        keyOf={({ site, id }) => `${site}/${id}`}
        none={t(shared ? "documents.no_shared" : "nothing_found")}
      />
    </Page>
  );
}
