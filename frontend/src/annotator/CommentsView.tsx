import { useEffect } from "preact/hooks";
import { formatDateTime } from "../domain/dates";
import { cutText } from "../domain/visibleText";
import { ErrorNote } from "../shared/ErrorNote";
import type { Comments } from "../store/comments";
import { language, t } from "../store/language";

/** Sentences that were settled otherwise than one read them, or with a note. */
export function CommentsView({ comments }: { comments: Comments }) {
  useEffect(() => {
    void comments.load().then(() => comments.markSeen());
  }, [comments]);
  const all = comments.all.value;
  return (
    <>
      <p class="faint">{t("commentsWhat")}</p>
      <ErrorNote error={comments.error.value} onRetry={() => void comments.load()} />
      {all === null && comments.error.value === null && <p role="status">{t("loading")}</p>}
      {all?.length === 0 && <p>{t("commentsNone")}</p>}
      <ol class="plain history">
        {all?.map((comment) => (
          <li key={comment.id}>
            <dl class="compared">
              <dt>{t("yours")}</dt>
              <dd lang="th" class="cut">
                {cutText(comment.clusters, comment.boundaries)}
              </dd>
              <dt>{t("settledAs")}</dt>
              <dd lang="th" class="cut">
                {cutText(comment.clusters, comment.reference)}
              </dd>
            </dl>
            {comment.note !== "" && <p class="note">{comment.note}</p>}
            <span class="faint">{formatDateTime(comment.created_at, language.value)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
