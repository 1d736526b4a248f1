import { useState } from "preact/hooks";
import { ManagerApi } from "../api/manager";
import { ProjectsApi } from "../api/projects";
import type { NewProject } from "../api/types";
import { useServices } from "../services";
import { ErrorNote } from "../shared/ErrorNote";
import { Link } from "../shared/Link";
import { TopBar } from "../shared/TopBar";
import { useAct } from "../shared/useAct";
import { t } from "../store/language";
import { navigate } from "../store/route";

const PURPOSES = ["experiment", "labels"] as const;
type Purpose = (typeof PURPOSES)[number];

/** What each purpose sets; everything else takes its usual value, and all of it can be changed on Settings. */
const SETTINGS: Record<Purpose, Omit<NewProject, "name">> = {
  experiment: { active_share: 0.5, suggestion_policy: "dictionary", overlap_share: 0.1 },
  labels: { active_share: 0.8, suggestion_policy: "model", overlap_share: 0.05 },
};

/** Make a project; it begins paused, so that texts, rules and people can be set up before work is handed out. */
export function NewProjectScreen() {
  const { client, sessions } = useServices();
  const act = useAct();
  const [purpose, setPurpose] = useState<Purpose>("experiment");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const settings = { ...SETTINGS[purpose], holdout_share: Number(form.get("holdout")) / 100 };
    await act.run(async () => {
      const project = await new ProjectsApi(client).create({ name: String(form.get("name")).trim(), ...settings });
      await new ManagerApi(client, project.id).changeSettings({ paused: true });
      await sessions.load();
      navigate(`/projects/${project.id}/overview`);
    });
  };
  return (
    <>
      <TopBar />
      <main id="content" class="page">
        <h1>{t("projectNew")}</h1>
        <form class="card stack form" onSubmit={(event) => void submit(event)}>
          <label>
            {t("set_name")}
            <input name="name" required maxLength={200} autofocus />
          </label>
          <fieldset>
            <legend>{t("purpose")}</legend>
            {PURPOSES.map((name) => (
              <label key={name} class="option">
                <input type="radio" name="purpose" checked={purpose === name} onChange={() => setPurpose(name)} />
                <span>
                  <strong>{t(`purpose_${name}`)}</strong>
                  <br />
                  <span class="faint">{t(`purposeHelp_${name}`)}</span>
                </span>
              </label>
            ))}
          </fieldset>
          <label>
            {t("holdoutPercent")}
            <input name="holdout" type="number" min={0} max={50} step={1} defaultValue="10" required aria-describedby="holdout-help" />
          </label>
          <p class="faint" id="holdout-help">
            {t("holdoutPercentHelp")}
          </p>
          <ErrorNote error={act.error.value} />
          <p class="row">
            <button type="submit" class="primary" disabled={act.isBusy.value}>
              {t("projectCreate")}
            </button>
            <Link class="button quiet" to="/">
              {t("cancel")}
            </Link>
          </p>
        </form>
      </main>
    </>
  );
}
