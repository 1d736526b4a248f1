import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AnnotatorApi } from "../api/annotator";
import type { HistoryEntry } from "../api/types";
import { formatDateTime } from "../domain/dates";
import { cutText } from "../domain/visibleText";
import { ErrorNote } from "../shared/ErrorNote";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";

interface Props {
  api: AnnotatorApi;
  onRevise: (entry: HistoryEntry) => void;
}

const PAGE = 50;
/** Text that is being typed is searched once the typing stops. */
const TYPING_MS = 250;

/** One's own submitted sentences, newest first, to search and to correct. */
export function HistoryView({ api, onRevise }: Props) {
  const typed = useSignal("");
  const search = useSignal("");
  const shown = useSignal<HistoryEntry[]>([]);
  const before = useSignal<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => (search.value = typed.value.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed.value]);
  const page = useLoaded(async () => {
    before.value = null;
    const answer = await api.history(null, PAGE, search.value);
    shown.value = answer.results;
    before.value = answer.before;
    return answer;
  }, search.value);
  const showMore = async () => {
    const answer = await api.history(before.value, PAGE, search.value);
    shown.value = [...shown.value, ...answer.results];
    before.value = answer.before;
  };
  const isEmpty = page.data.value !== null && !page.isLoading.value && shown.value.length === 0;
  return (
    <>
      <label>
        {t("historySearch")}
        <input type="search" value={typed.value} onInput={(event) => (typed.value = event.currentTarget.value)} />
      </label>
      <ErrorNote error={page.error.value} onRetry={() => void page.reload()} />
      {isEmpty && <p>{t(search.value === "" ? "historyEmpty" : "historyNoHit")}</p>}
      <ol class="plain history">
        {shown.value.map((entry) => (
          <li key={entry.annotation}>
            <p lang="th" class="cut">
              {cutText(entry.clusters, entry.boundaries)}
            </p>
            <span class="faint">{formatDateTime(entry.created_at, language.value)}</span>
            {entry.adjudicated ? (
              <span class="tag">{t("adjudicated")}</span>
            ) : (
              <button type="button" class="quiet" onClick={() => onRevise(entry)}>
                {t("correct")}
              </button>
            )}
          </li>
        ))}
      </ol>
      {page.isLoading.value && <p role="status">{t("loading")}</p>}
      {before.value !== null && (
        <button type="button" onClick={() => void page.run(showMore)}>
          {t("historyMore")}
        </button>
      )}
    </>
  );
}
