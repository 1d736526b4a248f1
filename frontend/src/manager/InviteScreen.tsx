import { ProjectsApi } from "../api/projects";
import type { Acceptance, Membership } from "../api/types";
import { useServices } from "../services";
import { ErrorNote } from "../shared/ErrorNote";
import { LanguageSwitch } from "../shared/LanguageSwitch";
import { LogInForm } from "../shared/LogInForm";
import { NewPasswordField } from "../shared/NewPasswordField";
import { SignOnLink, useLogInWays } from "../shared/SignOn";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { homePath } from "../store/home";
import { t } from "../store/language";
import { navigate } from "../store/route";

/** What somebody sees who was sent a link: where it leads, and how to join. */
export function InviteScreen({ token }: { token: string }) {
  const { client, sessions } = useServices();
  const api = new ProjectsApi(client);
  const loaded = useLoaded(() => api.invitation(token));
  const act = useAct();
  const ways = useLogInWays();
  const invitation = loaded.data.value;
  const user = sessions.session.value?.user;
  const join = (account: Acceptance) =>
    void act.run(async () => {
      const membership: Membership = await api.accept(token, account);
      await sessions.load();
      navigate(homePath(membership));
    });
  return (
    <main class="message">
      <section class="card narrow stack">
        <h1 class="brand">{t("product")}</h1>
        {loaded.isLoading.value && <p role="status">{t("loading")}</p>}
        {loaded.error.value?.status === 404 ? (
          <p class="note bad" role="alert">
            {t("inviteOver")}
          </p>
        ) : (
          <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
        )}
        {invitation && (
          <>
            <p>{t("inviteTo", { by: invitation.by, project: invitation.project, role: t(`role_${invitation.role}`) })}</p>
            <ErrorNote error={act.error.value} />
            {user ? (
              <button type="button" class="primary" disabled={act.isBusy.value} onClick={() => join({})}>
                {t("inviteJoinAs", { name: user.name || user.username })}
              </button>
            ) : (
              <>
                {ways.provider !== null && <SignOnLink provider={ways.provider} invitation={token} />}
                {ways.passwords && <AccountForm asksEmail={ways.takes_emails} isBusy={act.isBusy.value} onJoin={join} />}
                <details>
                  <summary>{t("inviteHasAccount")}</summary>
                  <LogInForm sessions={sessions} />
                </details>
              </>
            )}
          </>
        )}
        <LanguageSwitch />
      </section>
    </main>
  );
}

interface AccountProps {
  asksEmail: boolean;
  isBusy: boolean;
  onJoin: (account: Acceptance) => void;
}

function AccountForm({ asksEmail, isBusy, onJoin }: AccountProps) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    onJoin({
      username: String(form.get("username")).trim(),
      password: String(form.get("password")),
      name: String(form.get("name")).trim(),
      ...(asksEmail && { email: String(form.get("email")).trim() }),
    });
  };
  return (
    <form class="stack" onSubmit={submit}>
      <label>
        {t("yourName")}
        <input name="name" maxLength={150} autocomplete="name" />
      </label>
      <label>
        {t("usernameChoose")}
        <input name="username" required maxLength={150} autocomplete="username" autocapitalize="none" />
      </label>
      <NewPasswordField label={t("passwordChoose")} />
      {asksEmail && (
        <>
          <label>
            {t("emailOptional")}
            <input name="email" type="email" maxLength={254} autocomplete="email" aria-describedby="email-help" />
          </label>
          <p class="faint" id="email-help">
            {t("emailHelp")}
          </p>
        </>
      )}
      <button type="submit" class="primary" disabled={isBusy}>
        {t("inviteJoin")}
      </button>
    </form>
  );
}
