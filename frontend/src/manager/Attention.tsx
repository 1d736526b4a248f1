import type { Overview } from "../api/types";
import { costsOf, findAttention, type Finding, type FindingName } from "../domain/attention";
import { formatNumber } from "../domain/dates";
import type { MessageKey } from "../domain/messages";
import { ErrorNote } from "../shared/ErrorNote";
import { Link } from "../shared/Link";
import { useAct } from "../shared/useAct";
import { language, t } from "../store/language";
import type { PageProps } from "./ManagerScreen";
import type { Known } from "./useSituation";

/** The page on which the finding is dealt with, and what one does there. */
const WAYS: Record<FindingName, { page: string; action: MessageKey }> = {
  roundFailed: { page: "rounds", action: "do_roundFailed" },
  staleOrder: { page: "rounds", action: "do_staleOrder" },
  unbalanced: { page: "settings", action: "do_unbalanced" },
  nobodyAtWork: { page: "people", action: "do_nobodyAtWork" },
  drift: { page: "events", action: "do_drift" },
  lowAgreement: { page: "guideline", action: "do_lowAgreement" },
  disagreements: { page: "adjudicate", action: "do_disagreements" },
  flags: { page: "flags", action: "do_flags" },
};

interface Props extends PageProps {
  overview: Overview;
  known: Known;
  onChange: () => void;
}

/** What needs the manager, each with the one action that helps. */
export function Attention({ store, overview, known, onChange }: Props) {
  const { api } = store;
  const act = useAct();
  const findings = findAttention(situationOf(overview, known));
  const run = (step: () => Promise<unknown>) => void act.run(step).then(() => store.poll()).then(onChange);
  const atOnce: Partial<Record<FindingName, () => void>> = {
    staleOrder: () => run(() => api.openRound()),
    ...(overview.round && { roundFailed: () => run(() => api.restartRound(overview.round!.id)) }),
  };
  return (
    <section class={findings.length > 0 ? "note" : "note calm"}>
      <h2>{t("attention")}</h2>
      {findings.length === 0 && <p>✓ {t("attentionNone")}</p>}
      <ErrorNote error={act.error.value} />
      <ul class="plain stack">
        {findings.map((finding) => (
          <li key={finding.name} class="finding">
            <span>{t(`find_${finding.name}`, { count: formatNumber(finding.count, language.value) })}</span>
            <Way finding={finding} projectId={api.projectId} isBusy={act.isBusy.value} onPress={atOnce[finding.name]} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface WayProps {
  finding: Finding;
  projectId: number;
  isBusy: boolean;
  /** Does it at once; absent: it takes a look first. */
  onPress: (() => void) | undefined;
}

function Way({ finding, projectId, isBusy, onPress }: WayProps) {
  const { page, action } = WAYS[finding.name];
  if (onPress) {
    return (
      <button type="button" disabled={isBusy} onClick={onPress}>
        {t(action)}
      </button>
    );
  }
  return (
    <Link class="button" to={`/projects/${projectId}/${page}`}>
      {t(action)}
    </Link>
  );
}

function situationOf(overview: Overview, known: Known) {
  const overall = known.agreement.overall;
  const isOn = known.settings.paused_at === null && known.settings.started_at !== null;
  return {
    hasFailedRound: overview.round?.state === "failed",
    open: isOn ? overview.queues.reduce((sum, queue) => sum + queue.open, 0) : 0,
    peopleActive: overview.people_active,
    disagreements: known.disagreements.filter((row) => row.adjudication === null).length,
    flags: known.flags.filter((flag) => flag.resolved_at === null).length,
    drifts: known.lately.filter(({ kind, note }) => /drift|shifted/.test(kind) && note === "").length,
    agreement: overall && overall.boundary_f1 !== null ? { value: overall.boundary_f1, pairs: overall.sentences } : null,
    stale: overview.stale,
    roundSize: Number(known.settings.round_size),
    ...costsOf(overview),
    activeShare: Number(known.settings.active_share),
  };
}
