import { useState } from "preact/hooks";
import type { SessionStore } from "../store/session";
import { t } from "../store/language";
import { describeError } from "./ErrorNote";
import { Link } from "./Link";
import { SignOnLink, useLogInWays } from "./SignOn";

interface Props {
  sessions: SessionStore;
  /** The name to log in with again; empty: any. */
  username?: string;
}

/** The ways to log in: the provider's, where there is one, and by password. */
export function LogInForm({ sessions, username = "" }: Props) {
  const ways = useLogInWays();
  const form = (
    <>
      <PasswordLogIn sessions={sessions} username={username} />
      {ways.isKnown && (ways.reset_links ? <Link to="/forgot">{t("forgot")}</Link> : <p class="faint">{t("forgotAskManager")}</p>)}
    </>
  );
  return (
    <div class="stack">
      {ways.provider !== null && <SignOnLink provider={ways.provider} />}
      {ways.passwords ? (
        form
      ) : (
        <details>
          <summary>{t("logInOfStaff")}</summary>
          {form}
        </details>
      )}
    </div>
  );
}

function PasswordLogIn({ sessions, username }: Required<Props>) {
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    await sessions.logIn(String(form.get("username")), String(form.get("password")));
    setBusy(false);
  };
  const error = sessions.error.value;
  const isWrong = error !== null && [400, 401].includes(error.status);
  return (
    <form class="stack" onSubmit={(event) => void submit(event)}>
      <label>
        {t("username")}
        <input name="username" autocomplete="username" autocapitalize="none" required defaultValue={username} readOnly={username !== ""} />
      </label>
      <label>
        {t("password")}
        <input name="password" type="password" autocomplete="current-password" required autofocus={username !== ""} />
      </label>
      {error && (
        <p class="note bad" role="alert">
          {isWrong ? t("wrongPassword") : describeError(error)}
        </p>
      )}
      <button type="submit" class="primary" disabled={isBusy}>
        {t("logIn")}
      </button>
    </form>
  );
}
