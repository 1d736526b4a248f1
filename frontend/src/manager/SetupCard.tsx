import { setupSteps, type SetupStep } from "../domain/attention";
import { ErrorNote } from "../shared/ErrorNote";
import { Link } from "../shared/Link";
import { useAct } from "../shared/useAct";
import { t } from "../store/language";
import type { PageProps } from "./ManagerScreen";
import type { Known } from "./useSituation";

const PAGES = { texts: "corpora", guideline: "guideline", people: "people" } as const;

interface Props extends PageProps {
  known: Known;
  onChange: () => void;
}

/** The way from an empty project to work being handed out; gone once all of it is done. */
export function SetupCard({ store, known, onChange }: Props) {
  const { api } = store;
  const act = useAct();
  const isPaused = known.settings.paused_at !== null;
  const steps = setupSteps({
    corpora: known.corpora,
    guidelines: known.guidelines,
    annotators: known.members.filter(({ active, role }) => active && role === "annotator").length,
    isPaused,
    hasStarted: known.settings.started_at !== null,
  });
  if (steps.every(([, isDone]) => isDone)) return null;
  const next = steps.find(([, isDone]) => !isDone)![0];
  const resume = () => void act.run(() => api.changeSettings({ paused: false })).then(onChange);
  const way = (step: SetupStep) => {
    const kind = step === next ? "button primary" : "button";
    if (step !== "start") {
      return (
        <Link class={kind} to={`/projects/${api.projectId}/${PAGES[step]}`}>
          {t(`setupDo_${step}`)}
        </Link>
      );
    }
    if (!isPaused) return <span class="faint">{t("setupWaits")}</span>;
    return (
      <button type="button" class={next === "start" ? "primary" : ""} disabled={next !== "start" || act.isBusy.value} onClick={resume}>
        {t("setupDo_start")}
      </button>
    );
  };
  return (
    <section class="card">
      <h2>{known.settings.started_at === null ? t("setup") : t("setupPaused")}</h2>
      <ErrorNote error={act.error.value} />
      <ol class="plain setup">
        {steps.map(([step, isDone], i) => (
          <li key={step} class={isDone ? "is-done" : ""} aria-current={step === next ? "step" : undefined}>
            <span class="step-mark" aria-hidden="true">
              {isDone ? "✓" : i + 1}
            </span>
            <span class="step-text">
              <strong>{t(`setup_${step}`)}</strong> {isDone && <span class="visually-hidden">{t("done")}</span>}
              <br />
              <span class="faint">{t(`setupHelp_${step}`)}</span>
            </span>
            {!isDone && way(step)}
          </li>
        ))}
      </ol>
    </section>
  );
}
