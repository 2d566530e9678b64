// The languages that the desk speaks.

import { LANGUAGES, language } from "../../i18n";
import { Choice } from "../../parts/fields";
import { speakDesk, t } from "../i18n";

export function Languages() {
  return (
    <Choice label={t("language")} value={language.value} options={LANGUAGES} onChange={(to) => void speakDesk(to)} />
  );
}
