import { useSignal } from "@preact/signals";
import { SessionApi } from "../api/annotator";
import { useServices } from "../services";
import { t } from "../store/language";
import { ErrorNote } from "./ErrorNote";
import { LanguageSwitch } from "./LanguageSwitch";
import { Link } from "./Link";
import { useLogInWays } from "./SignOn";
import { useAct } from "./useAct";

/** Ask for a link by which to set a new password. What is said afterwards is the same whether there is an account. */
export function ForgotScreen() {
  const ways = useLogInWays();
  const isSent = useSignal(false);
  return (
    <main class="message">
      <section class="card narrow stack">
        <h1 class="brand">{t("product")}</h1>
        <h2>{t("forgotTitle")}</h2>
        {isSent.value && (
          <p class="note" role="status">
            {t("forgotSent")}
          </p>
        )}
        {!isSent.value && ways.isKnown && (ways.reset_links ? <AskForm onSent={() => (isSent.value = true)} /> : <p>{t("forgotAskManager")}</p>)}
        <Link to="/">{t("toLogIn")}</Link>
        <LanguageSwitch />
      </section>
    </main>
  );
}

function AskForm({ onSent }: { onSent: () => void }) {
  const { client } = useServices();
  const asking = useAct();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const account = String(new FormData(event.currentTarget as HTMLFormElement).get("account"));
    if (await asking.run(() => new SessionApi(client).askForLink(account))) onSent();
  };
  return (
    <form class="stack" onSubmit={(event) => void submit(event)}>
      <p class="faint" id="forgot-help">
        {t("forgotHelp")}
      </p>
      <label>
        {t("forgotAccount")}
        <input name="account" required maxLength={254} autocomplete="username" autocapitalize="none" aria-describedby="forgot-help" />
      </label>
      <ErrorNote error={asking.error.value} />
      <button type="submit" class="primary" disabled={asking.isBusy.value}>
        {t("forgotSend")}
      </button>
    </form>
  );
}
