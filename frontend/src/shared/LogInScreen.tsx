import type { MessageKey } from "../domain/messages";
import { useServices } from "../services";
import { t } from "../store/language";
import { LanguageSwitch } from "./LanguageSwitch";
import { LogInForm } from "./LogInForm";

/** Why the server sent somebody back who came from the provider, by its code. */
const REASONS: Record<string, MessageKey> = { no_account: "signOnNoAccount", not_allowed: "signOnClosed" };

export function LogInScreen() {
  const { sessions } = useServices();
  const refused = new URLSearchParams(location.search).get("refused");
  return (
    <main class="message">
      <section class="card narrow">
        <h1 class="brand">{t("product")}</h1>
        <p class="faint">{t("productLine")}</p>
        {refused !== null && (
          <p class="note bad" role="alert">
            {t(REASONS[refused] ?? "signOnFailed")}
          </p>
        )}
        <LogInForm sessions={sessions} />
        <LanguageSwitch />
      </section>
    </main>
  );
}
