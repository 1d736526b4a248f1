import { GOALS, goal, setGoal } from "../store/goal";
import { t } from "../store/language";

/** The number of sentences one means to do a day, after which the page says how much is left. */
export function GoalChoice() {
  return (
    <label>
      {t("goal")}
      <select value={goal.value} onChange={(event) => setGoal(Number(event.currentTarget.value))}>
        {GOALS.map((count) => (
          <option key={count} value={count}>
            {count === 0 ? t("goalNone") : t("goalCount", { count })}
          </option>
        ))}
      </select>
    </label>
  );
}
