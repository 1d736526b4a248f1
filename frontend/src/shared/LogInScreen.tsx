import { useServices } from "../services";
import { t } from "../store/language";
import { LanguageSwitch } from "./LanguageSwitch";
import { LogInForm } from "./LogInForm";

export function LogInScreen() {
  const { sessions } = useServices();
  return (
    <main class="message">
      <section class="card narrow">
        <h1 class="brand">{t("product")}</h1>
        <p class="faint">{t("productLine")}</p>
        <LogInForm sessions={sessions} />
        <LanguageSwitch />
      </section>
    </main>
  );
}
