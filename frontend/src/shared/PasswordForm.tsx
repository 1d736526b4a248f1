import { useSignal } from "@preact/signals";
import { useServices } from "../services";
import { t } from "../store/language";
import { describeError } from "./ErrorNote";
import { useAct } from "./useAct";

/** Change one's own password; other devices are logged out by it. */
export function PasswordForm() {
  const { sessions } = useServices();
  const change = useAct();
  const isDone = useSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    isDone.value = await change.run(() => sessions.changePassword(String(data.get("old")), String(data.get("new"))));
    if (isDone.value) form.reset();
  };
  const error = change.error.value;
  return (
    <form class="stack" onSubmit={(event) => void submit(event)}>
      <label>
        {t("passwordOld")}
        <input name="old" type="password" autocomplete="current-password" required />
      </label>
      <label>
        {t("passwordNew")}
        <input name="new" type="password" autocomplete="new-password" minLength={8} required />
      </label>
      {error && (
        <p class="note bad" role="alert">
          {error.status === 401 ? t("passwordOldWrong") : describeError(error)}
        </p>
      )}
      {isDone.value && (
        <p class="note" role="status">
          {t("passwordChanged")}
        </p>
      )}
      <button type="submit" disabled={change.isBusy.value}>
        {t("passwordChange")}
      </button>
    </form>
  );
}
