// Finding one of many: type a part of its name, or scan. Used for items, customers, suppliers and the like.

import { useMemo, useState } from "preact/hooks";
import { t } from "../i18n";
import { Dialog } from "./dialog";
import { TextField } from "./fields";
import { Button } from "./frame";
import { LongList } from "./list";

export interface Pick {
  key: string;
  text: string;
  /** Smaller, below. */
  more?: string | undefined;
  /** At the end of the line: a price, a quantity. */
  end?: string | undefined;
}

const ROW_PX = 64;

/** Those in which every word that was typed occurs. */
export function matching(picks: readonly Pick[], typed: string): readonly Pick[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return picks;
  return picks.filter((pick) => {
    const text = `${pick.text} ${pick.more ?? ""} ${pick.key}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

interface PickListProps {
  label: string;
  picks: readonly Pick[];
  onPick: (key: string) => void;
}

export function PickList({ label, picks, onPick }: PickListProps) {
  const [typed, setTyped] = useState("");
  const found = useMemo(() => matching(picks, typed), [picks, typed]);
  return (
    <div class="picklist">
      <TextField label={label} type="search" value={typed} onInput={setTyped} />
      <p class="hidden" role="status">
        {t("found", { n: found.length })}
      </p>
      {found.length === 0 ? (
        <p class="quiet">{t("nothing_found")}</p>
      ) : (
        <LongList
          label={label}
          items={found}
          height={ROW_PX}
          keyOf={(pick) => pick.key}
          row={(pick) => (
            <button type="button" class="row" onClick={() => onPick(pick.key)}>
              <span>
                <b>{pick.text}</b>
                {pick.more && <small>{pick.more}</small>}
              </span>
              {pick.end && <span class="end">{pick.end}</span>}
            </button>
          )}
        />
      )}
    </div>
  );
}

interface PickerProps extends PickListProps {
  value: string;
}

/** A field that opens the list. */
export function Picker({ label, value, picks, onPick }: PickerProps) {
  const [open, setOpen] = useState(false);
  const chosen = picks.find((pick) => pick.key === value);
  return (
    <div class="field">
      <span class="label">{label}</span>
      <button type="button" class="row boxed" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <span>
          <span class="hidden">{label}: </span>
          <b>{chosen?.text ?? (value === "" ? t("choose") : value)}</b>
        </span>
      </button>
      {open && (
        <Dialog title={label} full onClose={() => setOpen(false)}>
          <PickList
            label={t("search")}
            picks={picks}
            onPick={(key) => {
              setOpen(false);
              onPick(key);
            }}
          />
          <Button onClick={() => setOpen(false)}>{t("close")}</Button>
        </Dialog>
      )}
    </div>
  );
}
