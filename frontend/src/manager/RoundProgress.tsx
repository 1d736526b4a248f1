import type { Round } from "../api/types";
import { formatNumber } from "../domain/dates";
import { findKey } from "../domain/messages";
import { sayReason } from "../shared/sayReason";
import { language, t } from "../store/language";

/** The state of a round and, while it runs, how far its step has got. */
export function RoundProgress({ round }: { round: Round }) {
  const { step, done, total } = round.progress;
  const isRunning = round.state === "open" || round.state === "training" || round.state === "scoring";
  return (
    <div>
      <p>
        <strong>{t(`state_${round.state}`)}</strong>
        {isRunning && step && step !== round.state && <span class="faint"> · {stepName(step)}</span>}
      </p>
      {isRunning && total > 0 && (
        <label class="faint">
          {formatNumber(done, language.value)} / {formatNumber(total, language.value)}
          <progress value={done} max={total} />
        </label>
      )}
      {round.why && <p class="bad">{sayReason(round.why)}</p>}
    </div>
  );
}

function stepName(step: string): string {
  const known = findKey("step", step);
  return known ? t(known) : step;
}
