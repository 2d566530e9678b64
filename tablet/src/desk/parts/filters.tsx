// What lists are narrowed by: a site, a kind, one of a few words.

import { useId } from "preact/hooks";
import { t } from "../i18n";
import { siteNames } from "../sites";
import { KIND_SLUGS, kindName } from "../words";

interface SelectProps {
  label: string;
  value: string;
  options: readonly { value: string; text: string }[];
  onChange: (value: string) => void;
  /** The choice of nothing in particular. */
  any?: string | undefined;
}

export function Select({ label, value, options, onChange, any }: SelectProps) {
  const id = useId();
  const known = value === "" || options.some((option) => option.value === value);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange((event.target as HTMLSelectElement).value)}>
        {any !== undefined && <option value="">{any}</option>}
        {!known && <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface SiteProps {
  value: string;
  onChange: (site: string) => void;
  /** All of them may be meant. */
  all?: boolean;
}

export function SiteSelect({ value, onChange, all = true }: SiteProps) {
  const options = siteNames.value.map((site) => ({ value: site, text: site }));
  return (
    <Select
      label={t("site")}
      value={value}
      options={options}
      onChange={onChange}
      any={all ? t("all_sites") : value === "" ? t("choose") : undefined}
    />
  );
}

export function KindSelect({ value, onChange, all = true }: SiteProps) {
  const options = KIND_SLUGS.map((slug) => ({ value: slug, text: kindName(slug) }));
  return (
    <Select
      label={t("kind")}
      value={value}
      options={options}
      onChange={onChange}
      any={all ? t("all_kinds") : undefined}
    />
  );
}
