import { formatTime } from "../domain/dates";
import { ErrorNote } from "../shared/ErrorNote";
import type { Annotating } from "../store/annotating";
import { language, t } from "../store/language";

/** What is shown in place of a sentence: still loading, trouble, or why there is none. */
export function NoWork({ store }: { store: Annotating }) {
  const { error, reason, outbox } = store;
  const retry = () => void outbox.drain().then(() => store.fill());
  if (error.value) return <ErrorNote error={error.value} onRetry={retry} />;
  if (outbox.trouble.value) return <ErrorNote error={outbox.trouble.value} onRetry={retry} />;
  if (reason.value === null) {
    return (
      <p class="sentence faint" role="status">
        {t("loading")}
      </p>
    );
  }
  return (
    <section class="card no-work" role="status">
      <h2>{t("noWorkTitle")}</h2>
      <p>{t(`noWork_${reason.value}`)}</p>
      {store.until.value !== null && <p>{t("noWorkUntil", { at: formatTime(store.until.value, language.value) })}</p>}
      <button type="button" onClick={() => void store.fill()}>
        {t("lookAgain")}
      </button>
    </section>
  );
}
