import { useSignal } from "@preact/signals";
import { AnnotatorApi } from "../api/annotator";
import { useServices } from "../services";
import { Dialog } from "../shared/Dialog";
import { t } from "../store/language";
import { CommentsView } from "./CommentsView";
import { HistoryView } from "./HistoryView";
import { HoursView } from "./HoursView";
import type { Comments } from "../store/comments";
import type { HistoryEntry } from "../api/types";

const VIEWS = ["sentences", "comments", "hours"] as const;
export type View = (typeof VIEWS)[number];

interface Props {
  projectId: number;
  comments: Comments;
  first: View;
  onRevise: (entry: HistoryEntry) => void;
  onClose: () => void;
}

/** One's own work: the sentences, what adjudicators made of them, and the hours. */
export function WorkDialog({ projectId, comments, first, onRevise, onClose }: Props) {
  const { client } = useServices();
  const api = new AnnotatorApi(client, projectId);
  const view = useSignal<View>(first);
  return (
    <Dialog title={t("history")} onClose={onClose} wide>
      <div class="row views" role="group" aria-label={t("history")}>
        {VIEWS.map((name) => (
          <button type="button" key={name} aria-pressed={view.value === name} onClick={() => (view.value = name)}>
            {t(`view_${name}`)}
            {name === "comments" && comments.unseen.value > 0 && ` (${comments.unseen.value})`}
          </button>
        ))}
      </div>
      {view.value === "sentences" && <HistoryView api={api} onRevise={onRevise} />}
      {view.value === "comments" && <CommentsView comments={comments} />}
      {view.value === "hours" && <HoursView api={api} />}
    </Dialog>
  );
}
