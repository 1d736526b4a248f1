import { language, setLanguage, t } from "../store/language";

/** One press changes the page between Thai and English; the choice is kept on this device. */
export function LanguageSwitch() {
  const other = language.value === "th" ? "en" : "th";
  return (
    <button type="button" class="quiet" lang={other} onClick={() => setLanguage(other, { remember: true })}>
      {t("otherLanguage")}
    </button>
  );
}
