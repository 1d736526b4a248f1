import { useSignal } from "@preact/signals";
import { useServices } from "../services";
import { THEMES, setTheme, theme } from "../store/theme";
import { language, setLanguage, t } from "../store/language";
import { Dialog } from "./Dialog";
import { EmailForm } from "./EmailForm";
import { GoalChoice } from "./GoalChoice";
import { PasswordForm } from "./PasswordForm";
import { useLogInWays } from "./SignOn";
import { TokensSection } from "./TokensSection";

const LANGUAGES = [
  ["th", "ไทย"],
  ["en", "English"],
] as const;

/** What a person sets for themselves: look, language, their goal for a day, password, e-mail address and tokens. */
export function PreferencesDialog({ onClose }: { onClose: () => void }) {
  const { provider, takes_emails } = useLogInWays();
  const showsTokens = useSignal(false);
  const { session } = useServices().sessions;
  // Who signs in elsewhere has no password to change, and none to forget.
  const hasPassword = session.value?.has_password ?? false;
  return (
    <Dialog title={t("preferences")} onClose={onClose}>
      <div class="stack">
        <fieldset class="row">
          <legend>{t("theme")}</legend>
          {THEMES.map((name) => (
            <label key={name} class="option">
              <input type="radio" name="theme" checked={theme.value === name} onChange={() => setTheme(name)} />
              {t(`theme_${name}`)}
            </label>
          ))}
        </fieldset>
        <fieldset class="row">
          <legend>{t("language")}</legend>
          {LANGUAGES.map(([code, name]) => (
            <label key={code} class="option" lang={code}>
              <input
                type="radio"
                name="language"
                checked={language.value === code}
                onChange={() => setLanguage(code, { remember: true })}
              />
              {name}
            </label>
          ))}
        </fieldset>
        <GoalChoice />
        {provider !== null && (
          <a class="button" href="/api/sign-on/start">
            {t("signOnBind", { provider })}
          </a>
        )}
        {hasPassword && (
          <details>
            <summary>{t("passwordChange")}</summary>
            <PasswordForm />
          </details>
        )}
        {hasPassword && takes_emails && (
          <details>
            <summary>{t("emailOwn")}</summary>
            <EmailForm />
          </details>
        )}
        <details onToggle={(event) => (showsTokens.value = event.currentTarget.open)}>
          <summary>{t("tokens")}</summary>
          {showsTokens.value && <TokensSection />}
        </details>
      </div>
    </Dialog>
  );
}
