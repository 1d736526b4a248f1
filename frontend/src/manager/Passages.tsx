import { useMemo } from "preact/hooks";
import { AnnotatorApi } from "../api/annotator";
import type { Boundaries } from "../domain/boundaries";
import { parseMarkdown } from "../domain/markdown";
import { disputedWords, passagesOn } from "../domain/passages";
import { useServices } from "../services";
import { Markdown } from "../shared/Markdown";
import { useLoaded } from "../shared/useLoaded";
import { t } from "../store/language";

const SHOWN = 3;

interface Props {
  projectId: number;
  clusters: readonly string[];
  readings: readonly Boundaries[];
  gaps: readonly number[];
}

/** What the guideline in force says of the words that are cut differently. */
export function Passages({ projectId, clusters, readings, gaps }: Props) {
  const { client } = useServices();
  const loaded = useLoaded(() => new AnnotatorApi(client, projectId).guideline());
  const text = loaded.data.value?.text ?? "";
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  const words = disputedWords(clusters, readings, gaps);
  const found = passagesOn(blocks, words, SHOWN);
  return (
    <section class="card passages" tabIndex={0} aria-label={t("passages")}>
      <h2>{t("passages")}</h2>
      <p class="faint" lang="th">
        {words.slice(0, 6).join(" · ")}
      </p>
      {loaded.isLoading.value ? (
        <p role="status">{t("loading")}</p>
      ) : found.length > 0 ? (
        <Markdown blocks={found} />
      ) : (
        <p>{t("passagesNone")}</p>
      )}
    </section>
  );
}
