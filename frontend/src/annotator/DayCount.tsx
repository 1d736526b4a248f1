import type { Annotating } from "../store/annotating";
import { goal } from "../store/goal";
import { t } from "../store/language";

/** The rhythm of the day: how many are done, how fast, what is left of one's goal, whether the clock stands. */
export function DayCount({ store }: { store: Annotating }) {
  const today = store.today.value;
  const pace = store.paceSeconds.value;
  const left = Math.max(0, goal.value - today);
  return (
    <span class="count">
      {t("today", { count: today })}
      {pace !== null && <small> · {t("pace", { seconds: Math.round(pace) })}</small>}
      {left > 0 && <small> · {t("left", { count: left })}</small>}
      {left > 0 && pace !== null && <small> · {t("leftMinutes", { minutes: Math.ceil((left * pace) / 60) })}</small>}
      {goal.value > 0 && left === 0 && <small> · {t("goalReached")}</small>}
      {store.isIdle.value && <small> · ⏸ {t("clockStands")}</small>}
    </span>
  );
}
