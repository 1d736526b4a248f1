import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { SessionApi } from "../api/annotator";
import { useServices } from "../services";
import { t } from "../store/language";
import { describeError, ErrorNote } from "./ErrorNote";
import { LanguageSwitch } from "./LanguageSwitch";
import { Link } from "./Link";
import { NewPasswordField } from "./NewPasswordField";
import { useAct } from "./useAct";
import { useLoaded } from "./useLoaded";

/** Where a link for a forgotten password leads: set a new one. `link` is what stands behind the # of the address. */
export function ResetScreen({ link }: { link: string }) {
  const { client } = useServices();
  const api = new SessionApi(client);
  const opened = useLoaded(() => api.openLink(link));
  const setting = useAct();
  const isDone = useSignal(false);
  const holder = opened.data.value;
  // A link may come to its end between being opened and being used.
  const over = [opened.error.value, setting.error.value].find((error) => error?.status === 404) ?? null;
  const set = async (password: string) => {
    isDone.value = await setting.run(() => api.setPasswordBy(link, password));
  };
  return (
    <main class="message">
      <section class="card narrow stack">
        <h1 class="brand">{t("product")}</h1>
        <h2>{t("resetTitle")}</h2>
        {opened.isLoading.value && <p role="status">{t("loading")}</p>}
        {over ? (
          <>
            <p class="note bad" role="alert">
              {describeError(over)}
            </p>
            <Link to="/forgot">{t("resetAgain")}</Link>
          </>
        ) : (
          <ErrorNote error={opened.error.value} onRetry={() => void opened.reload()} />
        )}
        {isDone.value && (
          <>
            <p class="note" role="status">
              {t("resetDone")}
            </p>
            {/* The whole page anew: who was logged in here is so no more. */}
            <a class="button primary" href="/">
              {t("logIn")}
            </a>
          </>
        )}
        {holder && !over && !isDone.value && (
          <PasswordSetting username={holder.username} isBusy={setting.isBusy.value} onSet={(password) => void set(password)}>
            <ErrorNote error={setting.error.value} />
          </PasswordSetting>
        )}
        <LanguageSwitch />
      </section>
    </main>
  );
}

interface SettingProps {
  username: string;
  isBusy: boolean;
  onSet: (password: string) => void;
  children: ComponentChildren;
}

/** The name stands there to be read, and for the browser, which keeps the two together. */
function PasswordSetting({ username, isBusy, onSet, children }: SettingProps) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onSet(String(new FormData(event.currentTarget as HTMLFormElement).get("password")));
  };
  return (
    <form class="stack" onSubmit={submit}>
      <label>
        {t("username")}
        <input name="username" autocomplete="username" readOnly defaultValue={username} />
      </label>
      <NewPasswordField label={t("passwordNew")} />
      {children}
      <button type="submit" class="primary" disabled={isBusy}>
        {t("resetSave")}
      </button>
    </form>
  );
}
