// Fields to type and choose in: each with its label, as large as a thumb, read by the locale where it is a number.

import { useId, useState } from "preact/hooks";
import { number as shown, t, typed } from "../i18n";
import { Decimal } from "../money/decimal";
import { Icon } from "./icons";

interface TextProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  lines?: number;
  type?: "text" | "tel" | "date" | "time" | "search" | "password" | "month";
  hint?: string | undefined;
  max?: number;
  /** What the browser may fill in by itself. */
  autocomplete?: "off" | "username" | "current-password" | "new-password";
}

export function TextField({
  label,
  value,
  onInput,
  lines,
  type = "text",
  hint,
  max = 140,
  autocomplete = "off",
}: TextProps) {
  const id = useId();
  const shared = {
    id,
    value,
    autocomplete,
    onInput: (event: Event) => onInput((event.target as HTMLInputElement).value),
    ...(hint ? { "aria-describedby": `${id}-hint` } : {}),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {lines ? (
        <textarea {...shared} rows={lines} maxLength={4000} />
      ) : (
        <input {...shared} type={type as "text"} maxLength={max} />
      )}
      {hint && (
        <small id={`${id}-hint`} class="hint">
          {hint}
        </small>
      )}
    </div>
  );
}

interface NumberProps {
  label: string;
  /** As the books write it, or "". */
  value: string;
  onInput: (value: string) => void;
  /** Buttons for one more and one less. */
  steps?: boolean;
  unit?: string | undefined;
  hideLabel?: boolean;
  /** What the number means, beside it. */
  hint?: string | undefined;
  /** It is a number, and refused as it is. */
  wrong?: boolean;
}

/** A number as the locale writes it; what is no number is said, and kept as it was typed until it is one. */
export function NumberField({
  label,
  value,
  onInput,
  steps = false,
  unit,
  hideLabel = false,
  hint,
  wrong = false,
}: NumberProps) {
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  const display = text !== null && agrees(text, value) ? text : value === "" ? "" : shown(value);
  const bad = text !== null && text !== "" && typed(text) === null;
  const type = (event: Event) => {
    const said = (event.target as HTMLInputElement).value;
    setText(said);
    const read = typed(said);
    if (read) onInput(`${read}`);
    else if (said.trim() === "") onInput("");
  };
  const step = (by: number) => {
    setText(null);
    const next = (Decimal.read(value) ?? Decimal.ZERO).plus(Decimal.of(by));
    onInput(next.isNegative() ? "0" : `${next}`);
  };
  return (
    <div class="field">
      <label for={id} class={hideLabel ? "hidden" : ""}>
        {label}
      </label>
      <div class="number">
        {steps && (
          <button type="button" class="square" aria-label={`${label} −1`} onClick={() => step(-1)}>
            <Icon name="minus" />
          </button>
        )}
        <input
          id={id}
          inputMode="decimal"
          autocomplete="off"
          value={bad ? (text ?? "") : display}
          aria-invalid={bad || wrong}
          data-unread={bad || undefined}
          onInput={type}
          onBlur={() => !bad && setText(null)}
          onFocus={(event) => (event.target as HTMLInputElement).select()}
        />
        {unit && <span class="unit">{unit}</span>}
        {steps && (
          <button type="button" class="square" aria-label={`${label} +1`} onClick={() => step(1)}>
            <Icon name="plus" />
          </button>
        )}
      </div>
      {bad ? (
        <small class="hint bad" role="alert">
          {t("field.not_a_number")}
        </small>
      ) : (
        hint && <small class="hint">{hint}</small>
      )}
    </div>
  );
}

function agrees(text: string, value: string): boolean {
  const read = typed(text);
  return read === null ? text.trim() === "" && value === "" : value !== "" && read.equals(Decimal.from(value));
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; text: string }[];
  onChange: (value: T) => void;
}

/** One of a few: all of them are seen, and one tap chooses. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  if (options.length > 6) {
    return (
      <div class="field">
        <label for={id}>{label}</label>
        <select id={id} value={value} onChange={(event) => onChange((event.target as HTMLSelectElement).value as T)}>
          {value === ("" as T) && <option value="">{t("choose")}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      </div>
    );
  }
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} class={option.value === value ? "on" : ""}>
          <input
            type="radio"
            name={id}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.text}
        </label>
      ))}
    </fieldset>
  );
}
