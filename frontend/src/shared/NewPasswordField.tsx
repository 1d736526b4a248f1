import { t } from "../store/language";

/** The field for a password that somebody is about to have, with what it has to be. */
export function NewPasswordField({ label }: { label: string }) {
  return (
    <>
      <label>
        {label}
        <input name="password" type="password" required minLength={8} autocomplete="new-password" aria-describedby="password-help" />
      </label>
      <p class="faint" id="password-help">
        {t("passwordHelp")}
      </p>
    </>
  );
}
