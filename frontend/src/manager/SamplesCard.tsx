import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { isRefused, isWithin, readSample, type Divergence, type Held, type NotEstimable, type SampleFigures } from "../domain/analyses";
import type { Line } from "../domain/chart";
import { ARMS, mergeColumns, type ArmName } from "../domain/curves";
import { formatNumber, formatShare } from "../domain/dates";
import { findKey } from "../domain/messages";
import { Choice } from "../shared/Choice";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Analysed, Refused } from "./Analysed";
import type { CardProps } from "./AnalysisPage";
import { Plot } from "./Plot";

/** How each arm's sample differs from the pool, against what random samples of its size would show. */
export function SamplesCard({ store, reloadKey }: CardProps) {
  const loaded = useLoaded(() => store.api.analysis<Divergence | NotEstimable>("divergence"), reloadKey);
  return (
    <Analysed title={t("samples")} loaded={loaded}>
      {(found) =>
        isRefused(found.samples) ? (
          <Refused why={found.samples} />
        ) : (
          <>
            <p class="faint">{t("samplesHelp")}</p>
            <div class="pair">
              {ARMS.map((arm) => (
                <Sample key={arm} arm={arm} sample={(found.samples as Record<ArmName, SampleFigures | NotEstimable>)[arm]} />
              ))}
            </div>
            {found.told_apart && <ToldApart found={found.told_apart} />}
            {found.by_round && found.by_round.length > 0 && <ByRound rows={found.by_round} />}
          </>
        )
      }
    </Analysed>
  );
}

function Sample({ arm, sample }: { arm: ArmName; sample: SampleFigures | NotEstimable }) {
  const title = t(`arm_${arm}`);
  if (isRefused(sample)) {
    return (
      <section>
        <h3>{title}</h3>
        <Refused why={sample} />
      </section>
    );
  }
  const said = readSample(arm, sample);
  const format = (name: string) => (value: number) => (name === "ngram_types" ? formatNumber(value, language.value) : formatNumber(value, language.value, name === "mean_length" ? 1 : 3));
  return (
    <section>
      <h3>
        {title} <small class="faint">{t("sentencesOf", { count: formatNumber(sample.sentences, language.value) })}</small>
      </h3>
      <p>{t(said.key, said.values)}</p>
      <HeldTable caption={t("samplesFigures", { arm: title })} rows={sample.figures} name={(key) => figureName(key)} format={format} />
      <HeldTable
        caption={t("samplesDomains", { arm: title })}
        rows={sample.domains}
        name={(key) => key || t("domainNone")}
        format={() => (value) => formatShare(value, language.value)}
      />
    </section>
  );
}

function figureName(key: string): string {
  const known = findKey("figure", key);
  return known ? t(known) : key.replaceAll("_", " ");
}

interface HeldTableProps {
  caption: string;
  rows: Record<string, Held>;
  name: (key: string) => string;
  format: (key: string) => (value: number) => string;
}

/** Figures with the range that chance gives; what lies outside is said in words, not by colour alone. */
function HeldTable({ caption, rows, name, format }: HeldTableProps) {
  const told = (value: number | null, key: string) => (value === null ? "–" : format(key)(value));
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={caption}>
      <table class="table compact">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t("figure")}</th>
            <th scope="col">{t("valueHere")}</th>
            <th scope="col">{t("chanceRange")}</th>
            <th scope="col">
              <span class="visually-hidden">{t("state")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(rows).map(([key, held]) => (
            <tr key={key}>
              <th scope="row">{name(key)}</th>
              <td>{told(held.value, key)}</td>
              <td>
                {told(held.low, key)} – {told(held.high, key)}
              </td>
              <td>{isWithin(held) === false ? <strong class="outside">{t("outsideChance")}</strong> : "✓"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ToldApart({ found }: { found: NonNullable<Divergence["told_apart"]> }) {
  if (isRefused(found)) {
    return (
      <>
        <h3>{t("toldApart")}</h3>
        <Refused why={found} />
      </>
    );
  }
  return (
    <>
      <h3>{t("toldApart")}</h3>
      <p>
        {t(found.auc > found.high ? "toldApartYes" : "toldApartNo", {
          auc: formatNumber(found.auc, language.value, 2),
          high: formatNumber(found.high, language.value, 2),
        })}
      </p>
      {found.auc > found.high && (
        <dl class="pairs wide" lang="th">
          <div>
            <dt>{t("moreInActive")}</dt>
            <dd>{found.first.slice(0, 10).join(" ")}</dd>
          </div>
          <div>
            <dt>{t("moreInRandom")}</dt>
            <dd>{found.second.slice(0, 10).join(" ")}</dd>
          </div>
        </dl>
      )}
    </>
  );
}

const FIGURES = ["ngram_divergence", "domain_distance", "length_distance", "mmd", "mean_length"] as const;
type FigureName = (typeof FIGURES)[number];

/** What each round added, by arm: the figure, and the range of random batches of that size. */
function ByRound({ rows }: { rows: NonNullable<Divergence["by_round"]> }) {
  const figure = useSignal<FigureName>("ngram_divergence");
  return (
    <>
      <h3>{t("samplesByRound")}</h3>
      <p>
        <Choice label={t("figure")} value={figure} options={FIGURES.map((name) => [name, figureName(name)])} />
      </p>
      <div class="multiples">
        {ARMS.map((arm) => (
          <div key={arm}>
            <h4>{t(`arm_${arm}`)}</h4>
            <RoundChart arm={arm} rows={rows} figure={figure.value} />
          </div>
        ))}
      </div>
      <p class="faint">{t("samplesByRoundHelp")}</p>
    </>
  );
}

function RoundChart({ arm, rows, figure }: { arm: ArmName; rows: NonNullable<Divergence["by_round"]>; figure: FigureName }) {
  const lines: Line[] = useMemo(() => [{ label: t(`arm_${arm}`), tone: arm, isDashed: arm === "random" }], [arm, language.value]);
  const own = rows.filter((row) => row.arm === arm);
  const held = (row: (typeof own)[number]) => (isRefused(row.batch) ? undefined : row.batch.figures[figure]);
  const columns = useMemo(
    () =>
      mergeColumns([
        {
          costs: own.map((row) => row.round),
          parts: [own.map((row) => held(row)?.value ?? null), own.map((row) => held(row)?.low ?? null), own.map((row) => held(row)?.high ?? null)],
        },
      ]),
    [rows, figure, arm],
  );
  const number = (value: number) => formatNumber(value, language.value, 3);
  const said = own.map((row) => `${t("round")} ${row.round}: ${held(row)?.value == null ? "–" : number(held(row)!.value!)}`).join(", ");
  return (
    <Plot
      label={`${t(`arm_${arm}`)}, ${figureName(figure)}. ${said}`}
      columns={columns}
      lines={lines}
      height={200}
      xLabel={t("round")}
      formatX={(value) => (Number.isInteger(value) ? formatNumber(value, language.value) : "")}
      formatY={number}
      describe={(_, place) => `${t("round")} ${columns[0]![place]}: ${number(columns[1]![place]!)}`}
    />
  );
}
