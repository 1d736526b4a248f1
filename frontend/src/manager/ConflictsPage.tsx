import { useSignal } from "@preact/signals";
import type { Member } from "../api/types";
import { isRefused, type Conflict, type ConflictAnalysis, type NotEstimable, type Treated } from "../domain/analyses";
import { toCsvText } from "../domain/csv";
import { formatNumber } from "../domain/dates";
import { findKey } from "../domain/messages";
import { download } from "../shared/download";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Analysed, Refused } from "./Analysed";
import { formatCost } from "./CurvesPage";
import type { PageProps } from "./ManagerScreen";

const SHOWN = 50;
const number = (value: number) => formatNumber(value, language.value);

/** Strings that were kept whole here and cut there: by rule, person and arm; and what mending them would cost. */
export function ConflictsPage({ store }: PageProps) {
  const loaded = useLoaded(async () => {
    const [found, members] = await Promise.all([
      store.api.analysis<ConflictAnalysis | NotEstimable>("conflicts"),
      store.api.members(),
    ]);
    return isRefused(found) ? found : { ...found, members };
  });
  return (
    <Analysed title={t("conflictsTitle")} loaded={loaded}>
      {(found) => (
        <>
          <p>
            {t("conflictsSaid", {
              strings: number(found.strings),
              minority: number(found.minority),
              tokens: number(found.tokens),
              readings: number(found.readings),
            })}
          </p>
          <p class="faint">{t("conflictsHelp")}</p>
          {found.conflicts.length > 0 && (
            <p>
              <button type="button" onClick={() => download("conflicts.csv", "text/csv", conflictsCsv(found.conflicts))}>
                {t("downloadCsv")}
              </button>
            </p>
          )}
          <Shifts rows={found.shifts} />
          <Repair plan={found.repair} />
          <ConflictTable rows={found.conflicts} members={found.members} />
        </>
      )}
    </Analysed>
  );
}

function conflictsCsv(rows: readonly Conflict[]): string {
  return toCsvText(
    ["string", "whole", "cut", "cuts"],
    rows.map(({ string, whole, cut, cuts }) => [string, whole, cut, Object.entries(cuts).map(([form, count]) => `${form} (${count})`).join(" ")]),
  );
}

function ConflictTable({ rows, members }: { rows: readonly Conflict[]; members: readonly Member[] }) {
  const search = useSignal("");
  const found = rows.filter(({ string }) => string.includes(search.value.trim()));
  const person = (id: string) => members.find(({ user }) => String(user.id) === id)?.user.username ?? `#${id}`;
  const arm = (name: string) => {
    const key = findKey("arm", name) ?? findKey("split", name);
    return key ? t(key) : name;
  };
  if (rows.length === 0) return <p>{t("conflictsNone")}</p>;
  return (
    <>
      <label class="narrow">
        {t("conflictsSearch")}
        <input type="search" value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} />
      </label>
      <p role="status" class="faint">
        {t("conflictsShown", { shown: number(Math.min(found.length, SHOWN)), count: number(found.length) })}
      </p>
      <ul class="plain">
        {found.slice(0, SHOWN).map((row) => (
          <li key={row.string} class="conflict">
            <details>
              <summary>
                <span lang="th" class="cut">
                  {row.string}
                </span>
                <span class="faint">{t("wholeAndCut", { whole: number(row.whole), cut: number(row.cut) })}</span>
                <span lang="th">{Object.keys(row.cuts).join(", ")}</span>
              </summary>
              <div class="multiples">
                <Counts title={t("byGuideline")} rows={row.by_guideline} name={(key) => `${t("guidelineVersionShort")} ${key}`} />
                <Counts title={t("byAnnotator")} rows={row.by_annotator} name={person} />
                <Counts title={t("byArm")} rows={row.by_arm} name={arm} />
              </div>
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}

function Counts({ title, rows, name }: { title: string; rows: Record<string, Treated>; name: (key: string) => string }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl class="pairs">
        {Object.entries(rows).map(([key, { whole, cut }]) => (
          <div key={key}>
            <dt>{name(key)}</dt>
            <dd>{t("wholeAndCut", { whole: number(whole), cut: number(cut) })}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Shifts({ rows }: { rows: ConflictAnalysis["shifts"] }) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>{t("shifts")}</h3>
      <p class="faint">{t("shiftsHelp")}</p>
      <ul>
        {rows.slice(0, SHOWN).map(({ string, before, after, p }) => (
          <li key={string}>
            <span lang="th">{string}</span>: {t("wholeAndCut", { whole: before.whole, cut: before.cut })} →{" "}
            {t("wholeAndCut", { whole: after.whole, cut: after.cut })} <span class="faint">p = {formatNumber(p, language.value, 3)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Repair({ plan }: { plan: ConflictAnalysis["repair"] }) {
  return (
    <section>
      <h3>{t("repair")}</h3>
      {isRefused(plan) ? (
        <Refused why={plan} />
      ) : (
        <p>
          {plan.sentences === 0
            ? t("repairNone")
            : t("repairSaid", {
                sentences: number(plan.sentences),
                changes: formatNumber(plan.changes, language.value, 0),
                time: formatCost(plan.seconds, "seconds"),
              })}
        </p>
      )}
    </section>
  );
}
