import type { Flag } from "../api/types";
import { formatDateTime } from "../domain/dates";
import { findKey } from "../domain/messages";
import { ErrorNote } from "../shared/ErrorNote";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import type { PageProps } from "./ManagerScreen";

/** A skip for personal data flags the sentence by itself: its comment is the reason as it is stored. */
function commentOf({ comment }: Flag): string {
  const reason = findKey("skip", comment);
  return reason ? t(reason) : comment;
}

/** What annotators remarked on sentences, open remarks first. */
export function FlagsPage({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.flags());
  const act = useAct();
  const flags = [...(loaded.data.value ?? [])].sort(
    (a, b) => Number(a.resolved_at !== null) - Number(b.resolved_at !== null) || b.id - a.id,
  );
  return (
    <>
      <ErrorNote error={act.error.value ?? loaded.error.value} onRetry={() => void loaded.reload()} />
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {loaded.data.value !== null && flags.length === 0 && <p>{t("flagsNone")}</p>}
      <ul class="plain stack">
        {flags.map((flag) => (
          <li key={flag.id} class="card">
            <p lang="th" class="cut">
              {flag.clusters.join("")}
            </p>
            <p>
              <strong>{commentOf(flag)}</strong>{" "}
              <span class="faint">
                {flag.annotator.username}, {formatDateTime(flag.created_at, language.value)}
              </span>
            </p>
            {flag.resolved_at ? (
              <span class="tag">{t("resolvedAt", { at: formatDateTime(flag.resolved_at, language.value) })}</span>
            ) : (
              <button
                type="button"
                disabled={act.isBusy.value}
                onClick={() => void act.run(() => api.resolveFlag(flag.id)).then(() => loaded.reload())}
              >
                {t("resolve")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
