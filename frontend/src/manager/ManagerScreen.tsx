import type { FunctionComponent } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { ManagerApi } from "../api/manager";
import type { Membership } from "../api/types";
import { useServices } from "../services";
import { TopBar } from "../shared/TopBar";
import { t } from "../store/language";
import { Managing } from "../store/managing";
import { ConnectionNote } from "./ConnectionNote";
import { AdjudicatePage } from "./AdjudicatePage";
import { AnalysisPage } from "./AnalysisPage";
import { AuditPage } from "./AuditPage";
import { ConflictsPage } from "./ConflictsPage";
import { CorporaPage } from "./CorporaPage";
import { CurvesPage } from "./CurvesPage";
import { EventsPage } from "./EventsPage";
import { ExportsPage } from "./ExportsPage";
import { FlagsPage } from "./FlagsPage";
import { GuidelinePage } from "./GuidelinePage";
import { OverviewPage } from "./OverviewPage";
import { Menu } from "./Menu";
import type { PageName } from "./pages";
import { PeoplePage } from "./PeoplePage";
import { PlanPage } from "./PlanPage";
import { RepairsPage } from "./RepairsPage";
import { RoundsPage } from "./RoundsPage";
import { SettingsPage } from "./SettingsPage";

export interface PageProps {
  store: Managing;
}

/** What draws each page; its title is the message of its name. */
const PAGES: Record<PageName, FunctionComponent<PageProps>> = {
  overview: OverviewPage,
  curves: CurvesPage,
  analysis: AnalysisPage,
  plan: PlanPage,
  events: EventsPage,
  rounds: RoundsPage,
  people: PeoplePage,
  adjudicate: AdjudicatePage,
  conflicts: ConflictsPage,
  repairs: RepairsPage,
  flags: FlagsPage,
  corpora: CorporaPage,
  guideline: GuidelinePage,
  exports: ExportsPage,
  audit: AuditPage,
  settings: SettingsPage,
};

/** The frame of the manager's and the adjudicator's pages: the menu and the figures that all share. */
export function ManagerScreen({ membership, page }: { membership: Membership; page: PageName }) {
  const { client, sessions } = useServices();
  const { project, role } = membership;
  const store = useMemo(() => new Managing(new ManagerApi(client, project.id), sessions.noteEnd), [project.id]);
  useEffect(() => {
    if (role !== "manager") return;
    store.start();
    return () => store.stop();
  }, [store, role]);
  const Draw = PAGES[page];
  return (
    <>
      <TopBar project={project.name} />
      <Menu membership={membership} page={page} />
      <main id="content" class="page">
        <h1>{t(page)}</h1>
        <ConnectionNote store={store} />
        <Draw store={store} />
      </main>
    </>
  );
}
