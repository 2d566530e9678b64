// Which month. Browsers that know no field for it let it be typed; what is no month yet is not asked for.

import { useState } from "preact/hooks";
import { TextField } from "../../parts/fields";
import { isMonth } from "../calendar";
import { t } from "../i18n";

export function MonthField({ value, onChange }: { value: string; onChange: (month: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const input = (text: string) => {
    setTyped(isMonth(text) ? null : text);
    if (isMonth(text)) onChange(text);
  };
  return <TextField label={t("month")} type="month" value={typed ?? value} onInput={input} />;
}
