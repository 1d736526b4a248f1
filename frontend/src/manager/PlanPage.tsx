import type { Plan, PlanDraft } from "../api/types";
import { isRefused, type NotEstimable, type PlanAnalysis } from "../domain/analyses";
import { formatDateTime, formatNumber, formatPoints } from "../domain/dates";
import { findKey } from "../domain/messages";
import { ErrorNote } from "../shared/ErrorNote";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Analysed, Refused } from "./Analysed";
import { formatCost, MEASURES, UNITS } from "./CurvesPage";
import { Facts } from "./Facts";
import type { PageProps } from "./ManagerScreen";
import { sayReason } from "../shared/sayReason";

const ESTIMANDS = ["strategies", "samples"] as const;
const STOPPINGS = ["fixed horizon", "alpha spending", "confidence sequence"] as const;

/** What the experiment set out to show, written before anybody looks; and what can be said by it. */
export function PlanPage({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.plans());
  const act = useAct();
  const plan = loaded.data.value?.[0];
  const lock = () => {
    if (window.confirm(t("planLockSure"))) void act.run(() => api.lockPlan()).then(() => loaded.reload());
  };
  return (
    <>
      <p class="faint">{t("planHelp")}</p>
      <ErrorNote error={act.error.value ?? loaded.error.value} onRetry={() => void loaded.reload()} />
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {loaded.data.value !== null && !plan && <p>{t("planNone")}</p>}
      {plan && <PlanCard plan={plan} isBusy={act.isBusy.value} onLock={lock} />}
      {plan?.locked_at && <OutcomeCard store={store} />}
      {loaded.data.value !== null && (
        <PlanForm key={plan?.version ?? 0} plan={plan} onWrite={(draft) => api.writePlan(draft).then(() => loaded.reload())} />
      )}
    </>
  );
}

function PlanCard({ plan, isBusy, onLock }: { plan: Plan; isBusy: boolean; onLock: () => void }) {
  const facts: [string, string][] = [
    [t("measure"), t(`measure_${plan.figure as (typeof MEASURES)[number]}`)],
    [t("cost"), t(`unit_${plan.unit as (typeof UNITS)[number]}`)],
    [t("planEstimand"), t(`estimand_${plan.estimand}`)],
    [t("planBudget"), plan.budget === null ? "–" : formatCost(plan.budget, plan.unit as (typeof UNITS)[number])],
    [t("planSmallest"), formatNumber(plan.smallest_effect, language.value, 4)],
    [t("planStopping"), stoppingName(plan.stopping)],
    [t("planExclusions"), plan.exclusions || "–"],
    [t("planNote"), plan.note || "–"],
  ];
  return (
    <section class="card">
      <h2>
        {t("planVersion", { version: plan.version })}{" "}
        <span class="tag">
          {plan.locked_at === null ? t("planDraft") : t("planLocked", { at: formatDateTime(plan.locked_at, language.value) })}
        </span>
      </h2>
      <Facts rows={facts} />
      {plan.detectable_effect !== null && (
        <p class="faint">{t("planDetectable", { value: formatPoints(plan.detectable_effect, language.value) })}</p>
      )}
      {plan.locked_at === null && (
        <button type="button" disabled={isBusy} onClick={onLock}>
          {t("planLock")}
        </button>
      )}
    </section>
  );
}

function stoppingName(stopping: string): string {
  const known = findKey("stopping", stopping.replaceAll(" ", "_"));
  return known ? t(known) : stopping;
}

function outcomeName(verdict: string): string {
  const known = findKey("outcome", verdict.replaceAll(" ", "_"));
  return known ? t(known) : verdict;
}

function OutcomeCard({ store }: PageProps) {
  const loaded = useLoaded(() => store.api.analysis<PlanAnalysis | NotEstimable>("plan"));
  return (
    <Analysed title={t("planOutcome")} loaded={loaded}>
      {({ outcome, is_intact, looks }) => (
        <>
          {!is_intact && <p class="note bad">{t("planBroken")}</p>}
          {isRefused(outcome) ? (
            <Refused why={outcome} />
          ) : (
            <p>
              <strong>{outcomeName(outcome.verdict)}.</strong> {outcome.notes.map(sayReason).join(" ")}
            </p>
          )}
          <p class="faint">{t("planLooks", { count: looks })}</p>
        </>
      )}
    </Analysed>
  );
}

function PlanForm({ plan, onWrite }: { plan: Plan | undefined; onWrite: (draft: PlanDraft) => Promise<unknown> }) {
  const act = useAct();
  const isLocked = plan?.locked_at != null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name)).trim();
    const number = (name: string) => (text(name) === "" ? null : Number(text(name)));
    // Each select offers exactly what the server knows.
    const draft = {
      figure: text("figure"),
      unit: text("unit"),
      estimand: text("estimand"),
      budget: number("budget"),
      smallest_effect: number("smallest_effect") ?? 0,
      expected_error: number("expected_error"),
      stopping: text("stopping"),
      exclusions: text("exclusions"),
      note: text("note"),
    } as PlanDraft;
    void act.run(() => onWrite(draft));
  };
  return (
    <details class="card" open={!plan}>
      <summary>{t(isLocked ? "planChange" : "planWrite")}</summary>
      <form class="stack form" onSubmit={submit}>
        <Select name="figure" label={t("measure")} value={plan?.figure} options={MEASURES.map((one) => [one, t(`measure_${one}`)])} />
        <Select name="unit" label={t("cost")} value={plan?.unit ?? "seconds"} options={UNITS.map((one) => [one, t(`unit_${one}`)])} />
        <Select name="estimand" label={t("planEstimand")} value={plan?.estimand} options={ESTIMANDS.map((one) => [one, t(`estimand_${one}`)])} />
        <Select name="stopping" label={t("planStopping")} value={plan?.stopping} options={STOPPINGS.map((one) => [one, stoppingName(one)])} />
        <label>
          {t("planBudget")}
          <input name="budget" type="number" min={1} step="any" defaultValue={plan?.budget ?? ""} />
        </label>
        <label>
          {t("planSmallest")}
          <input name="smallest_effect" type="number" min={0} max={1} step="any" required defaultValue={plan?.smallest_effect ?? 0.01} />
        </label>
        <label>
          {t("planError")}
          <input name="expected_error" type="number" min={0} max={1} step="any" defaultValue={plan?.expected_error ?? ""} />
        </label>
        <label>
          {t("planExclusions")}
          <textarea name="exclusions" rows={2} defaultValue={plan?.exclusions ?? ""} />
        </label>
        <label>
          {t("planNote")}
          <textarea name="note" rows={2} required={isLocked} defaultValue={isLocked ? "" : (plan?.note ?? "")} />
        </label>
        <ErrorNote error={act.error.value} />
        <button type="submit" class="primary" disabled={act.isBusy.value}>
          {t("save")}
        </button>
      </form>
    </details>
  );
}

interface SelectProps {
  name: string;
  label: string;
  value: string | undefined;
  options: readonly (readonly [string, string])[];
}

function Select({ name, label, value, options }: SelectProps) {
  return (
    <label>
      {label}
      <select name={name}>
        {options.map(([one, text]) => (
          <option key={one} value={one} selected={one === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
