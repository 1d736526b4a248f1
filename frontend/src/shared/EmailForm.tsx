import { useSignal } from "@preact/signals";
import type { MessageKey } from "../domain/messages";
import { useServices } from "../services";
import { t } from "../store/language";
import { describeError } from "./ErrorNote";
import { useAct } from "./useAct";

/** Set one's own e-mail address, or take it away; whoever may do that could let themselves in, so it needs the password. */
export function EmailForm() {
  const { sessions } = useServices();
  const change = useAct();
  const said = useSignal<MessageKey | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const email = String(data.get("email")).trim();
    said.value = null;
    if (await change.run(() => sessions.changeEmail(String(data.get("password")), email))) {
      said.value = email ? "emailSaved" : "emailRemoved";
      form.querySelector<HTMLInputElement>("[name=password]")!.value = "";
    }
  };
  const error = change.error.value;
  return (
    <form class="stack" onSubmit={(event) => void submit(event)}>
      <label>
        {t("emailOptional")}
        <input
          name="email"
          type="email"
          maxLength={254}
          autocomplete="email"
          defaultValue={sessions.session.value?.email}
          aria-describedby="email-help"
        />
      </label>
      <p class="faint" id="email-help">
        {t("emailHelp")}
      </p>
      <label>
        {t("password")}
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      {error && (
        <p class="note bad" role="alert">
          {error.status === 401 ? t("emailPasswordWrong") : describeError(error)}
        </p>
      )}
      {said.value && (
        <p class="note" role="status">
          {t(said.value)}
        </p>
      )}
      <button type="submit" disabled={change.isBusy.value}>
        {t("save")}
      </button>
    </form>
  );
}
