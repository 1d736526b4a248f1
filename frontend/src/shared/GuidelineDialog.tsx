import { useSignal } from "@preact/signals";
import { AnnotatorApi } from "../api/annotator";
import { formatDateTime } from "../domain/dates";
import { blockText, parseMarkdown } from "../domain/markdown";
import { useServices } from "../services";
import { Dialog } from "./Dialog";
import { ErrorNote } from "./ErrorNote";
import { Markdown } from "./Markdown";
import { useLoaded } from "./useLoaded";
import { language, t } from "../store/language";

interface Props {
  projectId: number;
  /** The word under the cursor: the guideline opens at what it says about it, if anything. */
  search: string;
  onClose: () => void;
}

export function GuidelineDialog({ projectId, search: word, onClose }: Props) {
  const { client } = useServices();
  const loaded = useLoaded(() => new AnnotatorApi(client, projectId).guideline());
  const search = useSignal<string | null>(null);
  const guideline = loaded.data.value;
  const blocks = parseMarkdown(guideline?.text ?? "");
  const passages = (text: string) => blocks.filter((block) => blockText(block).includes(text));
  const suggested = word.trim() !== "" && passages(word).length > 0 ? word : "";
  const text = (search.value ?? suggested).trim();
  const found = text === "" ? blocks : passages(text);
  const isMissing = loaded.error.value?.status === 404;
  return (
    <Dialog title={t("guideline")} onClose={onClose} wide>
      <label>
        {t("guidelineSearch")}
        <input type="search" value={text} autofocus onInput={(event) => (search.value = event.currentTarget.value)} />
      </label>
      {isMissing ? <p>{t("guidelineNone")}</p> : <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />}
      {guideline && (
        <>
          <p class="faint">
            {t("guidelineVersion", {
              version: guideline.version,
              at: formatDateTime(guideline.published_at, language.value),
            })}
          </p>
          {text !== "" && (
            <p role="status">
              {found.length > 0 ? t("guidelineHits", { count: found.length }) : t("guidelineNoHit", { text })}
            </p>
          )}
          <Markdown blocks={found} />
        </>
      )}
      {loaded.isLoading.value && <p role="status">{t("loading")}</p>}
    </Dialog>
  );
}
