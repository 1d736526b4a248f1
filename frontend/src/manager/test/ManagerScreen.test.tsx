import { fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { WorkDay } from "../../api/types";
import { formatMessage, MESSAGES } from "../../domain/messages";
import { setLanguage } from "../../store/language";
import { FakeServer } from "../../test/fakeServer";
import { OVERVIEW, ROUND, serveManager } from "../../test/managerRoutes";
import { findAxeViolations, renderApp } from "../../test/render";

let server: FakeServer;

const open = (page: string) => renderApp(server, `/projects/1/${page}`);
const sent = (method: string, path: string) =>
  server.requests.filter((request) => request.method === method && request.path === `/projects/1${path}`);

// The manager's pages are loaded when they are first asked for; no test waits for that.
beforeAll(() => import("../ManagerScreen"), 60_000);
beforeEach(() => {
  server = new FakeServer();
  serveManager(server);
});

describe("the overview", () => {
  it("shows where the loop stands and what needs the manager", async () => {
    server.session = { ...server.session!, may_create_projects: false };
    renderApp(server);
    expect(await screen.findByText("The served order is 21 labels and 12 min old.")).toBeTruthy();
    expect(screen.getByText("Round 3")).toBeTruthy();
    expect(await screen.findByText("1 flags wait for an answer.")).toBeTruthy();
    expect(screen.getByText("1 sentences were read differently and wait for a decision.")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Decide" }).getAttribute("href")).toBe("/projects/1/adjudicate");
    expect(location.pathname).toBe("/projects/1/overview");
  });
  it("names four of the people who have worked today, and says how many more there are", async () => {
    const row = server.routes.get("GET /projects/1/members/hours") as WorkDay[];
    const people = Array.from({ length: 6 }, (_, number) => ({ ...row[0]!, user: { id: number, username: `person${number}`, name: "" } }));
    server.routes.set("GET /projects/1/members/hours", people);
    open("overview");
    expect((await screen.findByRole("link", { name: "and 2 more" })).getAttribute("href")).toBe("/projects/1/people");
    expect(screen.getAllByText(/^person/)).toHaveLength(4);
  });
  it("opens a round from the finding that the order is stale", async () => {
    server.routes.set("GET /projects/1/overview", { ...OVERVIEW, round: { ...ROUND, state: "closed" }, stale: { labels: 300, minutes: 60 } });
    server.routes.set("POST /projects/1/rounds", ROUND);
    open("overview");
    fireEvent.click(await screen.findByRole("button", { name: "Open a round now" }));
    await waitFor(() => expect(sent("POST", "/rounds")).toHaveLength(1));
  });
  it("leads through the set-up of an empty project and starts it", async () => {
    server.routes.set("GET /projects/1", { id: 1, name: "ข่าว", paused_at: "2026-11-20T03:00:00Z", started_at: null, round_size: 100, active_share: 0.5 });
    server.routes.set("PATCH /projects/1", {});
    open("overview");
    fireEvent.click(await screen.findByRole("button", { name: "Hand out work" }));
    await waitFor(() => expect(sent("PATCH", "")[0]?.body).toEqual({ paused: false }));
  });
  it("says what comes first in an empty project", async () => {
    server.routes.set("GET /projects/1", { id: 1, name: "ข่าว", paused_at: "2026-11-20T03:00:00Z", started_at: null, round_size: 100, active_share: 0.5 });
    server.routes.set("GET /projects/1/corpora", []);
    open("overview");
    expect((await screen.findByRole("link", { name: "Import texts" })).className).toContain("primary");
    expect(screen.getByRole("button", { name: "Hand out work" })).toHaveProperty("disabled", true);
  });
  it("follows the figures by itself", async () => {
    open("overview");
    await screen.findByText("121");
    server.routes.set("GET /projects/1/overview", { ...OVERVIEW, annotations: 122 });
    expect(await screen.findByText("122", {}, { timeout: 4_000 })).toBeTruthy();
  });
  it("says so when the server cannot be reached, and goes on when it can", async () => {
    open("overview");
    await screen.findByText("121");
    server.isOffline = true;
    expect(await screen.findByText(/server cannot be reached/, {}, { timeout: 4_000 })).toBeTruthy();
    server.isOffline = false;
    await waitFor(() => expect(screen.queryByText(/server cannot be reached/)).toBeNull(), { timeout: 4_000 });
  }, 15_000);
});

describe("the menu", () => {
  const expects = (button: HTMLElement, expanded: boolean) =>
    waitFor(() => expect(button.getAttribute("aria-expanded")).toBe(String(expanded)));
  const unfold = async () => {
    open("overview");
    const button = await screen.findByRole("button", { name: "Project" });
    fireEvent.click(button);
    await expects(button, true);
    return button;
  };
  it("unfolds a group and folds it when a page is chosen", async () => {
    await unfold();
    expect(await findAxeViolations()).toEqual([]);
    fireEvent.click(screen.getByRole("link", { name: "Corpora" }));
    expect(await screen.findByRole("heading", { name: "Corpora", level: 1 })).toBeTruthy();
    await expects(screen.getByRole("button", { name: "Project" }), false);
  });
  it("folds it by Escape, and when another group unfolds", async () => {
    const button = await unfold();
    fireEvent.keyDown(button, { key: "Escape" });
    await expects(button, false);
    expect(document.activeElement).toBe(button);
    fireEvent.click(button);
    await expects(button, true);
    fireEvent.click(screen.getByRole("button", { name: "People's work" }));
    await expects(button, false);
  });
});

describe("rounds", () => {
  it("cannot be opened while one is under way", async () => {
    open("rounds");
    const button = await screen.findByRole("button", { name: "Open a round now" });
    await waitFor(() => expect(button).toHaveProperty("disabled", true));
  });
  it("that failed say why and can be restarted", async () => {
    server.routes.set("GET /projects/1/rounds", [{ ...ROUND, id: 2, state: "failed", why: { code: "no_space", values: {}, text: "in English" } }]);
    server.routes.set("POST /projects/1/rounds/2/restart", ROUND);
    open("rounds");
    expect(await screen.findByText(MESSAGES.why_no_space.en)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Restart" }));
    await waitFor(() => expect(sent("POST", "/rounds/2/restart")).toHaveLength(1));
  });
  it("give their model as a package once it is written", async () => {
    server.routes.set("GET /projects/1/rounds", [{ ...ROUND, id: 2, state: "closed" }]);
    server.routes.set("POST /projects/1/rounds/2/package", { state: "waiting", error: "", why: null, arm: "suggestion" });
    server.routes.set("GET /projects/1/rounds/2/package", { state: "failed", error: "OSError: no space", why: { code: "of_tomorrow", values: {}, text: "OSError: no space" }, arm: "suggestion" });
    open("rounds");
    fireEvent.click(await screen.findByRole("button", { name: "Model as a package" }));
    expect(await screen.findByText("Writing the package…")).toBeTruthy();
    expect(await screen.findByText("The package could not be written: OSError: no space", {}, { timeout: 4_000 })).toBeTruthy();
    server.routes.set("GET /projects/1/rounds/2/package", { state: "ready", error: "", why: null, arm: "suggestion" });
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    const link = await screen.findByRole("link", { name: "Download the package" }, { timeout: 4_000 });
    expect(link.getAttribute("href")).toBe("/api/projects/1/rounds/2/package/file");
    expect(sent("POST", "/rounds/2/package")).toHaveLength(2);
  });
});

describe("people", () => {
  it("are shown with agreement only where there is enough to tell", async () => {
    open("people");
    expect(await screen.findAllByText("too few yet (8)")).toHaveLength(2);
  });
  it("change roles", async () => {
    server.routes.set("PATCH /projects/1/members/5", {});
    open("people");
    fireEvent.change(await screen.findByLabelText("Role: anong"), { target: { value: "adjudicator" } });
    await waitFor(() => expect(sent("PATCH", "/members/5")[0]?.body).toEqual({ role: "adjudicator" }));
  });
});

describe("a link to join by", () => {
  it("is made, shown once, and ended", async () => {
    server.routes.set("POST /projects/1/invitations", { id: 3, role: "annotator", places: 1, taken: 0, token: "abc" });
    server.routes.set("POST /projects/1/invitations/2/revoke", {});
    open("people");
    fireEvent.click(await screen.findByRole("button", { name: "Make a link" }));
    expect(await screen.findByDisplayValue(`${location.origin}/invite/abc`, {}, { timeout: 4_000 })).toBeTruthy();
    fireEvent.click(await screen.findByRole("button", { name: "End it: 2" }));
    await waitFor(() => expect(sent("POST", "/invitations/2/revoke")).toHaveLength(1));
  });
  it("tells who opens it where it leads", async () => {
    server.session = null;
    server.once.set("GET /invitations/abc", { status: 200, body: { project: "ข่าว", role: "annotator", by: "มานี" } });
    renderApp(server, "/invite/abc");
    expect(await screen.findByText("มานี invites you to the project “ข่าว” as Annotator.")).toBeTruthy();
    expect(screen.getByLabelText("Choose a user name")).toBeTruthy();
    expect(await findAxeViolations()).toEqual([]);
  });
});

describe("somebody who leaves for good", () => {
  it("is erased only once the name is typed", async () => {
    server.routes.set("DELETE /projects/1/members/5", { account: true });
    open("people");
    fireEvent.click(await screen.findByRole("button", { name: "Erase: anong" }));
    const erase = within(screen.getByRole("dialog")).getByRole("button", { name: "Erase" });
    expect(erase).toHaveProperty("disabled", true);
    fireEvent.input(screen.getByLabelText("Type anong to confirm"), { target: { value: "anong" } });
    fireEvent.click(erase);
    await waitFor(() => expect(sent("DELETE", "/members/5")).toHaveLength(1));
  });
});

describe("events", () => {
  it("are filtered and remarked on", async () => {
    server.routes.set("PATCH /projects/1/events/1", {});
    open("events");
    await screen.findByText("Guideline published");
    fireEvent.change(screen.getByLabelText("Kinds"), { target: { value: "hand" } });
    expect(await screen.findByText("No event fits.")).toBeTruthy();
    fireEvent.change(screen.getByLabelText("Kinds"), { target: { value: "texts" } });
    fireEvent.click(await screen.findByRole("button", { name: "Remark on: Guideline published" }));
    fireEvent.input(within(screen.getByRole("dialog")).getByLabelText("Note"), { target: { value: "ประกาศทางอีเมล" } });
    fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Add" }));
    await waitFor(() => expect(sent("PATCH", "/events/1")[0]?.body).toEqual({ note: "ประกาศทางอีเมล" }));
  });
});

describe("adjudication", () => {
  it("is worked by keys: take a reading, change it, decide", async () => {
    server.routes.set("POST /projects/1/sentences/9/adjudicate", {});
    open("adjudicate");
    await screen.findByRole("application");
    fireEvent.keyDown(document.body, { code: "Digit2" });
    fireEvent.keyDown(document.body, { code: "End" });
    fireEvent.keyDown(document.body, { code: "Space" });
    fireEvent.keyDown(document.body, { code: "Enter" });
    await waitFor(() =>
      expect(sent("POST", "/sentences/9/adjudicate")[0]?.body).toEqual({ boundaries: [2, 3], note: "" }),
    );
    expect(await screen.findByText("Nothing waits for adjudication.")).toBeTruthy();
  });
  it("points out where the readings differ", async () => {
    open("adjudicate");
    await screen.findByRole("application");
    expect(document.querySelectorAll(".mark.disputed")).toHaveLength(4);
    expect(document.querySelectorAll(".gap.marked")).toHaveLength(2);
  });
});

describe("settings", () => {
  it("send only what was changed", async () => {
    server.routes.set("PATCH /projects/1", {});
    open("settings");
    fireEvent.input(await screen.findByLabelText("New labels that open a round"), { target: { value: "40" } });
    expect(await screen.findByText("New labels that open a round: 100 → 40")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Pause the project" }));
    await waitFor(() => expect(sent("PATCH", "")[0]?.body).toEqual({ paused: true }));
  });
});

describe("repairs", () => {
  it("say what the first sentences cost, and have them read again", async () => {
    server.routes.set("POST /projects/1/repairs", { sentences: 1 });
    open("repairs");
    fireEvent.input(await screen.findByLabelText("Sentences to read again, from the first"), { target: { value: "1" } });
    expect(await screen.findByText(/Expected to change 1 boundaries/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Have them read again" }));
    expect(await screen.findByText(/1 sentences will be handed out again/)).toBeTruthy();
    expect(sent("POST", "/repairs")[0]?.body).toEqual({ sentences: 1 });
  });
});

describe("bridges", () => {
  it("of a model are asked for, and say in words what they show", async () => {
    server.routes.set("POST /projects/1/bridges", {});
    open("analysis");
    const card = within(await screen.findByRole("region", { name: "Bridges of a model" }));
    expect(await card.findByText("small instead of the round's model")).toBeTruthy();
    expect(card.getByText("The change favours the active arm: the interval lies above zero.")).toBeTruthy();
    fireEvent.change(card.getByLabelText("Model"), { target: { value: "base" } });
    fireEvent.click(card.getByRole("button", { name: "Build a bridge" }));
    await waitFor(() => expect(sent("POST", "/bridges")[0]?.body).toEqual({ model: "base" }));
  });
  it("of a guideline tell their cost before they are asked for, and then what the rules changed", async () => {
    server.routes.set("POST /projects/1/guideline-bridges", {});
    open("analysis");
    const card = within(await screen.findByRole("region", { name: "Bridges of a guideline" }));
    expect(await card.findByText("To version 3: 140 sentences (holdout 40, random 50, active 50), about 25 min of work.")).toBeTruthy();
    expect(await card.findByText(/The new rules change labels/)).toBeTruthy();
    expect(card.getByText(/change the active arm's sample more/)).toBeTruthy();
    expect(card.getByText("joined in 9 places, split in 0")).toBeTruthy();
    fireEvent.input(card.getByLabelText(/Sentences of each arm/), { target: { value: "40" } });
    await waitFor(() => expect(sent("GET", "/guideline-bridges/preview")).toHaveLength(2));
    fireEvent.click(card.getByRole("button", { name: "Have them read" }));
    await waitFor(() => expect(sent("POST", "/guideline-bridges")[0]?.body).toEqual({ per_arm: 40 }));
  });
  it("of a guideline that cannot be built say why", async () => {
    const why = { code: "nothing_replaced", values: {}, text: "No guideline has been replaced yet." };
    server.once.set("GET /projects/1/guideline-bridges/preview", { status: 409, body: { code: "conflict", message: why.text, details: { why } } });
    open("analysis");
    expect(await screen.findByText(MESSAGES.why_nothing_replaced.en)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Have them read" })).toBeNull();
  });
});

describe("a round that failed", () => {
  it.each(["en", "th"] as const)("says why among the events, in %s, and is found by it", async (chosen) => {
    const why = { code: "attempt_failed", values: { attempt: 3, problem: { code: "no_space", values: {}, text: "" } }, text: "of the server" };
    const event = { id: 9, kind: "round.failed", at: ROUND.opened_at, until: null, actor: null, recorded_by: "software", before: {}, after: { round: 2, error: why }, note: "" };
    server.routes.set("GET /projects/1/events", [event]);
    setLanguage(chosen);
    open("events");
    const said = await screen.findByText(new RegExp(MESSAGES.why_no_space[chosen]));
    expect(said.textContent).toContain(formatMessage(chosen, "why_attempt_failed", { attempt: 3, problem: MESSAGES.why_no_space[chosen] }));
    fireEvent.input(screen.getByLabelText(MESSAGES.eventSearch[chosen]), { target: { value: MESSAGES.why_no_space[chosen].slice(0, 20) } });
    expect(screen.getByText(new RegExp(MESSAGES.why_no_space[chosen]))).toBeTruthy();
  });
});

describe("events from a file", () => {
  async function take(text: string) {
    open("events");
    fireEvent.click(await screen.findByText("Events from and to files"));
    const input: HTMLInputElement = screen.getByLabelText("File of events (CSV or JSON)");
    const file = new File([text], "events");
    Object.defineProperty(input, "files", { value: Object.assign([file], { item: () => file }) });
    fireEvent.submit(input.form!);
  }
  it("say how many were new, of a CSV file", async () => {
    server.routes.set("POST /projects/1/events/file", { recorded: 2, known: 1 });
    await take("kind,at\nhand.pay,2026-01-05T00:00:00Z\n");
    expect(await screen.findByText("2 events recorded; 1 were known already.")).toBeTruthy();
    expect(sent("POST", "/events/file")[0]?.body).toEqual({ csv: "kind,at\nhand.pay,2026-01-05T00:00:00Z\n" });
  });
  it("refuse JSON that has no events, and send nothing", async () => {
    await take('{"rows": []}');
    expect(await screen.findByText("This is no JSON with a list of events.")).toBeTruthy();
    expect(sent("POST", "/events/file")).toEqual([]);
  });
});

describe("the audit trail", () => {
  it("says who changed what, by person, and goes back page by page", async () => {
    open("audit");
    const change = (await screen.findByText("New labels that open a round:")).parentElement!;
    expect(change.textContent).toBe("New labels that open a round: 100 → 60");
    server.routes.set("GET /projects/1/audit", {
      results: [{ id: 8, at: "2026-11-19T03:00:00Z", act: "account.locked", thing: "", actor: null, person: null, before: {}, after: {}, request_id: "" }],
      before: null,
    });
    fireEvent.click(screen.getByRole("button", { name: "Earlier" }));
    expect(await screen.findByText("Log-in closed for wrong passwords")).toBeTruthy();
    expect(screen.getByText("not logged in")).toBeTruthy();
    expect(screen.getByText("New labels that open a round:")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Earlier" })).toBeNull();
  });
});

describe("webhooks", () => {
  it("are added with a secret that is shown, and show what came of the last messages", async () => {
    server.routes.set("POST /projects/1/webhooks", { id: 2, secret: "whsec_abc" });
    open("settings");
    expect(await screen.findByText("500 busy")).toBeTruthy();
    fireEvent.input(screen.getByLabelText("Address (https)"), { target: { value: "https://example.org/new" } });
    fireEvent.click(screen.getByLabelText("an export is ready"));
    const card = screen.getByRole("heading", { name: "Webhooks" }).parentElement!;
    fireEvent.click(within(card).getByRole("button", { name: "Add" }));
    expect(await screen.findByDisplayValue("whsec_abc")).toBeTruthy();
    expect(sent("POST", "/webhooks")[0]?.body).toEqual({ url: "https://example.org/new", kinds: ["export.ready"] });
  });
});

describe("roles", () => {
  it("give an adjudicator the page to adjudicate and no other", async () => {
    server.session = { ...server.session!, memberships: [{ project: { id: 1, name: "ข่าว", paused: false }, role: "adjudicator" }] };
    open("adjudicate");
    await screen.findByRole("application");
    expect(within(screen.getByRole("navigation")).getAllByRole("link")).toHaveLength(1);
  });
  it("keep annotators off the manager's pages", async () => {
    server.session = { ...server.session!, memberships: [{ project: { id: 1, name: "ข่าว", paused: false }, role: "annotator" }] };
    open("overview");
    expect(await screen.findByText("There is no such page.")).toBeTruthy();
  });
});

describe("making a project", () => {
  it("begins paused, and is there without logging in again", async () => {
    server.routes.set("POST /projects", { id: 2, name: "ใหม่", role: "manager", paused_at: null });
    server.routes.set("PATCH /projects/2", {});
    for (const [path, answer] of server.routes) {
      if (path.startsWith("GET /projects/1")) server.routes.set(path.replace("/projects/1", "/projects/2"), answer);
    }
    renderApp(server, "/new");
    fireEvent.input(await screen.findByLabelText("Name of the project"), { target: { value: "ใหม่" } });
    expect(await findAxeViolations()).toEqual([]);
    const memberships = [...server.session!.memberships, { project: { id: 2, name: "ใหม่", paused: true }, role: "manager" as const }];
    server.session = { ...server.session!, memberships };
    fireEvent.click(screen.getByRole("button", { name: "Create the project" }));
    await waitFor(() => expect(location.pathname).toBe("/projects/2/overview"));
    const paused = server.requests.find(({ method, path }) => method === "PATCH" && path === "/projects/2");
    expect(paused?.body).toEqual({ paused: true });
  });
});

describe("every page", () => {
  const pages = ["overview", "plan", "rounds", "events", "people", "corpora", "guideline", "adjudicate", "conflicts", "repairs", "flags", "exports", "settings", "audit"];
  it.each(pages)("%s is clean to axe", async (page) => {
    open(page);
    await screen.findByRole("heading", { level: 1 });
    await waitFor(() => expect(screen.queryByText("Loading…")).toBeNull());
    expect(await findAxeViolations()).toEqual([]);
  });
  it.each(pages.filter((page) => page !== "flags"))("%s says so when the server has a problem, and offers another try", async (page) => {
    open("flags");
    await screen.findByText("มีชื่อคน");
    server.isOffline = true;
    fireEvent.click(screen.getByRole("link", { name: document.querySelector(`.menu a[href$="/${page}"]`)!.textContent! }));
    expect((await screen.findAllByText(/server cannot be reached/)).length).toBeGreaterThan(0);
  });
});
