import type { FakeServer } from "./fakeServer";

const AT = "2026-11-20T03:00:00Z";
const ANONG = { id: 7, username: "anong", name: "อนงค์" };
const figure = (value: number) => ({ value, low: value - 0.02, high: value + 0.02 });
const point = (arm: string, round: number, value: number) => ({
  round,
  arm,
  annotations: 50 * round,
  clusters: 2000 * round,
  seconds: 600 * round,
  metrics: { word_f1: figure(value), boundary_f1: figure(0.95), exact: figure(0.3) },
  interval: {},
  provisional: round === 1,
  at: AT,
});

export const ROUND = {
  id: 3,
  number: 3,
  state: "training",
  opened_at: AT,
  closed_at: null,
  trigger: "count",
  progress: { step: "train", done: 2, total: 6 },
  error: "",
  attempt: 1,
  catching_up: false,
  arms: [{ arm: "random", annotations: 150, clusters: 6000, seconds: 1800, drawn: 151 }],
  config: {},
};

export const OVERVIEW = {
  revision: "a",
  queues: [
    { kind: "active", drawn: 60, open: 4, leased: 1, generation: { number: 2, source: "checkpoint:4", published_at: AT } },
    { kind: "random", drawn: 61, open: 3, leased: 0, generation: null },
  ],
  splits: { pool: 1000, seed: 50, holdout: 90, withheld: 10 },
  annotations: 121,
  people: 3,
  people_active: 2,
  arms: [
    { arm: "random", sentences: 61, clusters: 2400, seconds: 800, charged: 60 },
    { arm: "active", sentences: 60, clusters: 2500, seconds: 900, charged: 61 },
  ],
  round: ROUND,
  stale: { labels: 21, minutes: 12 },
};

/** Give the fake server the manager's part of the contract, for project 1. */
const estimate = (value: number) => ({ value, low: value - 0.01, high: value + 0.01, notes: [] });
const held = (value: number) => ({ e1: estimate(value), e2: estimate(value), assumptions: [] });
const group = { pairs: 40, changed: estimate(0.2), net: estimate(0.15), tokens: estimate(-0.1) };

export function serveManager(server: FakeServer): void {
  server.session = {
    user: { id: 1, username: "manee", name: "มานี" },
    email: "",
    has_password: true,
    language: "en",
    may_create_projects: true,
    memberships: [{ project: { id: 1, name: "ข่าว", paused: false }, role: "manager" }],
  };
  const answers: Record<string, unknown> = {
    "/overview": OVERVIEW,
    "": { id: 1, name: "ข่าว", paused_at: null, started_at: AT, round_size: 100, active_share: 0.5, strategy: "margin", suggestion_policy: "none", ratio_unit: "clusters" },
    "/strategies": [{ name: "margin", description: "Smallest margin first." }],
    "/rounds": [ROUND, { ...ROUND, id: 2, number: 2, state: "failed", error: "No space left on device." }],
    "/curves": {
      points: [point("random", 1, 0.8), point("active", 1, 0.82), point("suggestion", 1, 0.9)],
      events: [],
      holdout: { sentences: 90, documents: 12, done: 40 },
    },
    "/events": [
      { id: 1, kind: "guideline.published", at: AT, until: null, actor: ANONG, recorded_by: "software", before: {}, after: { version: 2 }, note: "" },
    ],
    "/members": [
      { id: 5, user: ANONG, role: "annotator", active: true, joined_at: AT, annotations: 61, pace_seconds: 14.2, agreement: { value: 0.93, n: 8 } },
    ],
    "/members/accuracy": [{ user: 7, value: 0.9, low: null, high: null, sentences: 8, documents: 3, open: 0 }],
    "/members/hours": [{ user: ANONG, day: "2026-11-20", sentences: 61, revisions: 0, skips: 1, active_seconds: 5400, last_at: AT }],
    "/invitations": [
      { id: 2, role: "annotator", places: 3, taken: 1, created_by: ANONG, created_at: AT, expires_at: "2999-01-01T00:00:00Z", revoked_at: null },
    ],
    "/exports/preview": {
      rows: 61,
      sentences: 61,
      shown: [{ id: 9, label_id: 1, words: ["ตาก", "ลม"], split: "pool", arm: "random", weight: 16.4, domain: "news", label: "annotation" }],
    },
    "/analysis/conflicts": {
      readings: 61,
      tokens: 900,
      strings: 1,
      minority: 1,
      same_sentence: {},
      conflicts: [
        { string: "ตากลม", whole: 3, cut: 1, cuts: { "ตาก|ลม": 1 }, by_guideline: { 1: { whole: 3, cut: 1 } }, by_annotator: { 7: { whole: 3, cut: 1 } }, by_arm: { random: { whole: 3, cut: 1 } }, sentences: [9] },
      ],
      shifts: [],
      repair: { not_estimable: { code: "no_guideline", values: {}, text: "There is no guideline, so that no label is out of date." } },
    },
    "/repairs": {
      sentences: 2,
      changes_known: 1,
      changes: 1.5,
      seconds: 30,
      rows: [
        { sentence: 9, clusters: ["ตา", "ก", "ล", "ม"], is_holdout: true, strings: ["ตากลม"], changes: 1, seconds: 12, changes_so_far: 1, seconds_so_far: 12 },
        { sentence: 8, clusters: ["ตา"], is_holdout: false, strings: [], changes: 0.5, seconds: 18, changes_so_far: 1.5, seconds_so_far: 30 },
      ],
    },
    "/audit": {
      results: [
        { id: 9, at: AT, act: "settings.changed", thing: "", actor: ANONG, person: null, before: { round_size: 100 }, after: { round_size: 60 }, request_id: "" },
      ],
      before: 9,
    },
    "/webhooks": [
      {
        id: 1, url: "https://example.org/hook", kinds: ["round.closed"], created_at: AT,
        deliveries: [{ id: 2, kind: "round.closed", state: "waiting", attempts: 1, created_at: AT, due_at: AT, status: 500, answer: "busy" }],
      },
    ],
    "/bridges": [{ round: 3, model: "small", trained: 2, trainings: 6 }],
    "/guideline-bridges": [
      { version: 2, opened_at: AT, read_at: AT, switched_at: null, sentences: 140, read: 140, groups: { holdout: 40, random: 50, active: 50 }, changed: 31, seconds: 1400, clusters: 5600, expected_seconds: 0, trained: 10, trainings: 10 },
    ],
    "/guideline-bridges/preview": { version: 3, sentences: 140, groups: { holdout: 40, random: 50, active: 50 }, expected_seconds: 1500 },
    "/analysis/events": {
      windows: [],
      outside: [],
      lags: [],
      drift: {},
      bridges: [{ round: 3, change: "model", about: { code: "bridge_model", values: { preset: "small" }, text: "" }, effect: { difference: held(0.02), random: held(0.01), active: held(0.03) } }],
      guideline_bridges: [
        {
          version: 2,
          labels: {
            groups: { holdout: group, random: group, active: group },
            people: { pairs: 30, share: 0.05 },
            strings: [{ string: "ตากลม", joined: 9, split: 0, p: 0.01 }],
            active_minus_random: estimate(0.03),
            assumptions: [],
          },
        },
      ],
    },
    "/plans": [
      { version: 1, figure: "word_f1", unit: "seconds", estimand: "samples", budget: 36000, exclusions: "", smallest_effect: 0.01, expected_error: null, stopping: "fixed horizon", note: "", author: null, at: AT, locked_at: AT, sha256: "ab", detectable_effect: null },
    ],
    "/analysis/plan": { outcome: { verdict: "too early", notes: [{ code: "before_horizon", values: { percent: 1 }, text: "1 % of the budget is spent; the plan is judged at its horizon." }], spent: 600, error: null, detectable: null }, is_intact: true, looks: 3 },
    "/agreement": { pairs: [], overall: { sentences: 8, boundary_f1: 0.93, kappa: 0.9, exact: 0.5 } },
    "/corpora": [
      { id: 1, name: "ข่าวสั้น", source: "เขียนเอง", licence: "CC0-1.0", domain: "news", splitter: "line", file_name: "news.jsonl", format: "jsonl", state: "ready", imported_at: AT, progress: { bytes: 1, of: 1 }, report: { sentences: 1150 } },
    ],
    "/guidelines": [{ version: 1, text: "# กติกา\n\nตัด `ตาก|ลม`", author: ANONG, published_at: AT }],
    "/disagreements": [
      {
        sentence: 9,
        clusters: ["ตา", "ก", "ล", "ม"],
        readings: [
          { annotation: 1, annotator: ANONG, boundaries: [1], guideline_version: 1 },
          { annotation: 2, annotator: { id: 8, username: "boonmee", name: "" }, boundaries: [2], guideline_version: 1 },
        ],
        adjudication: null,
      },
    ],
    "/flags": [{ id: 4, sentence: 9, clusters: ["ตา", "ก"], annotator: ANONG, comment: "มีชื่อคน", created_at: AT, resolved_at: null }],
    "/exports": [
      { id: 2, format: "best", which: "all", filters: { arm: "random" }, state: "ready", created_at: AT, finished_at: AT, size: 2048, manifest: { sentences: 61 }, error: "" },
    ],
  };
  for (const [path, answer] of Object.entries(answers)) server.routes.set(`GET /projects/1${path}`, answer);
}
