import type { AssumptionAnalysis, EventAnalysis, NotEstimable } from "../domain/analyses";
import { findKey } from "../domain/messages";
import { useLoaded } from "../shared/useLoaded";
import { t } from "../store/language";
import { Analysed } from "./Analysed";
import { BridgesCard } from "./BridgesCard";
import { EffectsCard } from "./EffectsCard";
import { GuidelineBridgesCard } from "./GuidelineBridgesCard";
import type { PageProps } from "./ManagerScreen";
import { ReportsCard } from "./ReportsCard";
import { sayReason } from "../shared/sayReason";
import { SamplesCard } from "./SamplesCard";

/** How the two samples differ, what events did, and which assumptions held. */
export function AnalysisPage({ store }: PageProps) {
  const overview = store.overview.value;
  // Each analysis takes its time: none is asked for before it is known which round is the latest.
  if (overview === null) return <p role="status">{t("loading")}</p>;
  return <Analyses store={store} reloadKey={`${overview.round?.id} ${overview.round?.state}`} />;
}

function Analyses({ store, reloadKey: key }: CardProps) {
  // Effects and both kinds of bridges are one analysis.
  const events = useLoaded(() => store.api.analysis<EventAnalysis | NotEstimable>("events"), key);
  return (
    <>
      <p class="faint">{t("analysisHelp")}</p>
      <SamplesCard store={store} reloadKey={key} />
      <EffectsCard loaded={events} />
      <BridgesCard store={store} analysis={events} />
      <GuidelineBridgesCard store={store} analysis={events} />
      <AssumptionsCard store={store} reloadKey={key} />
      <ReportsCard store={store} />
    </>
  );
}

export interface CardProps extends PageProps {
  /** Read again when it changes. */
  reloadKey: string;
}

/** The assumptions of offline evaluation, each with the verdict that the project's own figures give. */
function AssumptionsCard({ store, reloadKey }: CardProps) {
  const loaded = useLoaded(() => store.api.analysis<AssumptionAnalysis | NotEstimable>("guidelines"), reloadKey);
  return (
    <Analysed title={t("assumptions")} loaded={loaded}>
      {({ assumptions }) => (
        <>
          <p>{t("assumptionsHelp")}</p>
          <ul class="plain stack">
            {assumptions.map(({ assumption, verdict, guideline }) => {
              const known = findKey("held", verdict.replaceAll(" ", "_"));
              return (
                <li key={assumption.code} class="assumption">
                  <span class={`tag verdict-${verdict.split(" ")[0]}`}>{known ? t(known) : verdict}</span>
                  <span>
                    <strong>{sayReason(assumption)}</strong>
                    <br />
                    <span class="faint">{sayReason(guideline)}</span>
                  </span>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </Analysed>
  );
}
