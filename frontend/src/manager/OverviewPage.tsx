import type { Overview } from "../api/types";
import { activeShareOf, areUnbalanced, costsOf } from "../domain/attention";
import { formatAgo, formatDateTime, formatNumber, formatShare } from "../domain/dates";
import { ErrorNote } from "../shared/ErrorNote";
import { Link } from "../shared/Link";
import { language, t } from "../store/language";
import { Attention } from "./Attention";
import type { PageProps } from "./ManagerScreen";
import { RoundProgress } from "./RoundProgress";
import { SetupCard } from "./SetupCard";
import { useSituation, type Known } from "./useSituation";

const number = (value: number) => formatNumber(value, language.value);

function duration(minutes: number): string {
  if (minutes < 120) return t("timeMinutes", { count: formatNumber(minutes, language.value, minutes < 10 ? 1 : 0) });
  const hours = minutes / 60;
  if (hours < 48) return t("timeHours", { count: formatNumber(hours, language.value, 1) });
  return t("timeDays", { count: formatNumber(hours / 24, language.value, 1) });
}

const QUEUE_ORDER = ["random", "active", "measurement"];

/** One look: is the loop turning, are the arms balanced, who is at work, what needs the manager. */
export function OverviewPage({ store }: PageProps) {
  const overview = store.overview.value;
  const situation = useSituation(store);
  if (overview === null) {
    return store.error.value ? (
      <ErrorNote error={store.error.value} onRetry={() => void store.poll()} />
    ) : (
      <p role="status">{t("loading")}</p>
    );
  }
  const known = situation.data.value;
  return (
    <>
      {known === null && <ErrorNote error={situation.error.value} onRetry={() => void situation.reload()} />}
      {known && <SetupCard store={store} known={known} onChange={() => void situation.reload()} />}
      {known && <Attention store={store} overview={overview} known={known} onChange={() => void situation.reload()} />}
      <div class="tiles">
        <BalanceTile overview={overview} known={known} />
        <LoopTile overview={overview} known={known} />
        <PeopleTile overview={overview} known={known} allPeople={`/projects/${store.api.projectId}/people`} />
        <TextsTile overview={overview} />
      </div>
      <Queues overview={overview} />
      <Arms overview={overview} />
    </>
  );
}

interface TileProps {
  overview: Overview;
  known: Known | null;
}

/** The arms' shares of what was charged, against the share set. */
function BalanceTile({ overview, known }: TileProps) {
  const { charged, clusters } = costsOf(overview);
  const share = activeShareOf(charged);
  const wanted = known === null ? null : Number(known.settings.active_share);
  const isOff = wanted !== null && areUnbalanced({ charged, clusters, activeShare: wanted });
  return (
    <section class="card">
      <h2>{t("balance")}</h2>
      {share === null ? (
        <p>{t("balanceNone")}</p>
      ) : (
        <>
          <p class="verdict">{isOff ? t("balanceOff") : t("balanceOn")}</p>
          <div class="split" aria-hidden="true">
            <span class="bar random" style={{ width: `${100 * (1 - share)}%` }} />
            <span class="bar" style={{ width: `${100 * share}%` }} />
          </div>
          <p class="faint">
            {t("balanceShares", {
              random: formatShare(1 - share, language.value),
              active: formatShare(share, language.value),
              wanted: formatShare(wanted, language.value),
              unit: known === null ? "" : t(known.settings.ratio_unit === "clusters" ? "per_clusters" : "per_annotations"),
            })}
          </p>
        </>
      )}
    </section>
  );
}

/** The round under way or how far it is to the next, and how fresh the served order is. */
function LoopTile({ overview, known }: TileProps) {
  const { round, stale } = overview;
  const size = known === null ? null : Number(known.settings.round_size);
  const isUnderWay = round !== null && ["open", "training", "scoring"].includes(round.state);
  return (
    <section class="card">
      <h2>{round ? t("currentRound", { number: round.number }) : t("rounds")}</h2>
      {round ? <RoundProgress round={round} /> : <p>{t("noRoundYet")}</p>}
      {!isUnderWay && size !== null && stale !== null && (
        <label class="faint">
          {t("toNextRound", { done: number(Math.min(stale.labels, size)), size: number(size) })}
          <progress value={Math.min(stale.labels, size)} max={size} />
        </label>
      )}
      <p class="faint">
        {stale ? t("lagSentence", { labels: number(stale.labels), time: duration(stale.minutes) }) : t("lagNone")}
      </p>
    </section>
  );
}

/** As many people as fit beside the other tiles; the page of people has all of them. */
const SHOWN_PEOPLE = 4;

/** Who is at work, and what each has done today. */
function PeopleTile({ overview, known, allPeople }: TileProps & { allPeople: string }) {
  const rows = [...(known?.today ?? [])].sort((a, b) => b.last_at.localeCompare(a.last_at));
  return (
    <section class="card">
      <h2>{t("peopleActive")}</h2>
      <p class="figure">
        {number(overview.people_active)} <small>{t("ofPeople", { count: overview.people })}</small>
      </p>
      {known && rows.length === 0 && <p class="faint">{t("nobodyToday")}</p>}
      <ul class="plain">
        {rows.slice(0, SHOWN_PEOPLE).map((row) => (
          <li key={row.user.id} class="person-line">
            <span class="one-line" title={row.user.name || row.user.username}>{row.user.name || row.user.username}</span>
            <span class="faint">
              {t("todayOf", { count: number(row.sentences), ago: formatAgo(row.last_at, Date.now(), language.value) })}
            </span>
          </li>
        ))}
      </ul>
      {rows.length > SHOWN_PEOPLE && <Link to={allPeople}>{t("morePeople", { count: number(rows.length - SHOWN_PEOPLE) })}</Link>}
    </section>
  );
}

function TextsTile({ overview }: { overview: Overview }) {
  return (
    <section class="card">
      <h2>{t("annotationsDone")}</h2>
      <p class="figure">{number(overview.annotations)}</p>
      <dl class="pairs">
        {(["pool", "seed", "holdout", "withheld"] as const).map((split) => (
          <div key={split}>
            <dt>{t(`split_${split}`)}</dt>
            <dd>{number(overview.splits[split])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Queues({ overview }: { overview: Overview }) {
  const queues = [...overview.queues].sort((a, b) => QUEUE_ORDER.indexOf(a.kind) - QUEUE_ORDER.indexOf(b.kind));
  const order = ({ kind, generation }: Overview["queues"][number]) => {
    if (kind !== "active") return t("orderKeys");
    if (generation === null) return t("orderNone");
    const at = formatDateTime(generation.published_at, language.value);
    return t("orderOf", { number: generation.number, source: generation.source, at });
  };
  return (
    <section class="card scroll" tabIndex={0} aria-label={t("queues")}>
      <h2>{t("queues")}</h2>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("queue")}</th>
            <th scope="col">{t("drawn")}</th>
            <th scope="col">{t("open")}</th>
            <th scope="col">{t("leased")}</th>
            <th scope="col">{t("order")}</th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <tr key={queue.kind}>
              <th scope="row">{t(`arm_${queue.kind}`)}</th>
              <td>{number(queue.drawn)}</td>
              <td>{number(queue.open)}</td>
              <td>{number(queue.leased)}</td>
              <td>{order(queue)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Arms({ overview }: { overview: Overview }) {
  const most = Math.max(1, ...overview.arms.map((row) => row.clusters));
  return (
    <section class="card scroll" tabIndex={0} aria-label={t("arms")}>
      <h2>{t("arms")}</h2>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("arm")}</th>
            <th scope="col">{t("sentences")}</th>
            <th scope="col">{t("clusters")}</th>
            <th scope="col">{t("workTime")}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {overview.arms.map((row) => (
            <tr key={row.arm}>
              <th scope="row">{t(`arm_${row.arm}`)}</th>
              <td>{number(row.sentences)}</td>
              <td>{number(row.clusters)}</td>
              <td>{duration(row.seconds / 60)}</td>
              <td class="bar-cell">
                <span class={`bar ${row.arm}`} style={{ width: `${(100 * row.clusters) / most}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
