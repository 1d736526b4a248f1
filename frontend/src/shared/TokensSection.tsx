import { useSignal } from "@preact/signals";
import { TokensApi } from "../api/tokens";
import type { AccessToken, NewAccessToken } from "../api/types";
import { formatDateTime } from "../domain/dates";
import { useServices } from "../services";
import { language, t } from "../store/language";
import { ErrorNote } from "./ErrorNote";
import { ShownOnce } from "./ShownOnce";
import { useAct } from "./useAct";
import { useLoaded } from "./useLoaded";

const SCOPES = ["read", "write"] as const;
/** As long as a token is usually asked for; the service may allow less. */
const USUAL_DAYS = 30;

/** A person's access tokens: make one, copy its key, see them all, revoke one. */
export function TokensSection() {
  const api = new TokensApi(useServices().client);
  const loaded = useLoaded(() => api.list());
  const act = useAct();
  const made = useSignal<{ name: string; key: string } | null>(null);
  const run = async (step: () => Promise<unknown>) => {
    if (await act.run(step)) await loaded.reload();
  };
  const make = (wanted: NewAccessToken) =>
    run(async () => {
      const { name, token } = await api.make(wanted);
      made.value = { name, key: token };
    });
  const revoke = (token: AccessToken) => {
    if (window.confirm(t("tokenRevokeSure", { name: nameOf(token) }))) void run(() => api.revoke(token.id));
  };
  const found = loaded.data.value;
  return (
    <div class="stack">
      <p class="faint">{t("tokensHelp")}</p>
      <ErrorNote error={act.error.value ?? loaded.error.value} />
      {found && <NewTokenForm longest={found.longest_days} isBusy={act.isBusy.value} onMake={make} />}
      {made.value && (
        <ShownOnce label={t("tokenKey", { name: made.value.name })} value={made.value.key} note={t("tokenKeyOnce")} />
      )}
      {found?.tokens.length === 0 && <p>{t("tokensNone")}</p>}
      <ul class="plain stack">
        {found?.tokens.map((token) => (
          <TokenRow key={token.id} token={token} isBusy={act.isBusy.value} onRevoke={() => revoke(token)} />
        ))}
      </ul>
    </div>
  );
}

interface FormProps {
  longest: number;
  isBusy: boolean;
  onMake: (wanted: NewAccessToken) => Promise<void>;
}

function NewTokenForm({ longest, isBusy, onMake }: FormProps) {
  const { sessions } = useServices();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget as HTMLFormElement);
    const project = String(values.get("project"));
    void onMake({
      name: String(values.get("name")).trim(),
      scope: values.get("scope") as NewAccessToken["scope"],
      project: project === "" ? null : Number(project),
      days: Number(values.get("days")),
    });
  };
  return (
    <form class="stack" onSubmit={submit}>
      <label>
        {t("tokenName")}
        <input name="name" required maxLength={100} autocomplete="off" />
      </label>
      <label>
        {t("tokenScope")}
        <select name="scope">
          {SCOPES.map((scope) => (
            <option key={scope} value={scope}>
              {t(`tokenScope_${scope}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("tokenProject")}
        <select name="project">
          {sessions.session.value?.memberships.map(({ project }) => (
            <option key={project.id} value={project.id}>
              {project.name}
            </option>
          ))}
          <option value="">{t("tokenEverywhere")}</option>
        </select>
      </label>
      <label>
        {t("tokenDays")}
        <input name="days" type="number" min={1} max={longest} defaultValue={String(Math.min(USUAL_DAYS, longest))} required />
      </label>
      <button type="submit" disabled={isBusy}>
        {t("tokenMake")}
      </button>
    </form>
  );
}

interface RowProps {
  token: AccessToken;
  isBusy: boolean;
  onRevoke: () => void;
}

function TokenRow({ token, isBusy, onRevoke }: RowProps) {
  const at = (iso: string) => formatDateTime(iso, language.value);
  const good = [t(`tokenScope_${token.scope}`), token.project?.name ?? t("tokenEverywhere")];
  return (
    <li class="finding">
      <div>
        <strong>{nameOf(token)}</strong>
        <div>{good.join(" · ")}</div>
        <div class="faint">{t("tokenLife", { made: at(token.created_at), until: at(token.expires_at) })}</div>
        <div class="faint">{token.last_used_at ? t("tokenUsed", { used: at(token.last_used_at) }) : t("tokenUnused")}</div>
      </div>
      <button
        type="button"
        class="quiet danger"
        aria-label={`${t("tokenRevoke")}: ${nameOf(token)}`}
        disabled={isBusy}
        onClick={onRevoke}
      >
        {t("tokenRevoke")}
      </button>
    </li>
  );
}

function nameOf(token: AccessToken): string {
  return token.name || t("tokenLogIn");
}
