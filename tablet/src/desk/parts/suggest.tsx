// A field to type in, with what the office knows of offered below it; and what is wrong with a field, beside it.

import { useId } from "preact/hooks";
import { t } from "../i18n";

interface WrongProps {
  id?: string;
  rule: string;
  remedy: string;
}

export function Wrong({ id, rule, remedy }: WrongProps) {
  return (
    <small id={id} class="hint bad" role="alert">
      {rule}
      {remedy !== "" && (
        <>
          <br />
          {t("remedy", { what: remedy })}
        </>
      )}
    </small>
  );
}

interface SuggestProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  /** What may be meant; anything else can be typed as well. */
  options: readonly string[];
  hint?: string | undefined;
  wrong?: WrongProps | null;
}

export function Suggest({ label, value, onInput, options, hint, wrong }: SuggestProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        list={`${id}-of`}
        value={value}
        autocomplete="off"
        maxLength={140}
        aria-invalid={!!wrong}
        aria-describedby={wrong ? `${id}-wrong` : hint ? `${id}-hint` : undefined}
        onInput={(event) => onInput((event.target as HTMLInputElement).value)}
      />
      <datalist id={`${id}-of`}>
        {options.map((option) => (
          <option key={option} value={option} />
        ))}
      </datalist>
      {wrong ? (
        <Wrong id={`${id}-wrong`} rule={wrong.rule} remedy={wrong.remedy} />
      ) : (
        hint && (
          <small id={`${id}-hint`} class="hint">
            {hint}
          </small>
        )
      )}
    </div>
  );
}
