import type { Fetch } from "../api/client";
import type { LogInWays, Session, Work } from "../api/types";

interface Held {
  work: Work;
  holder: "me" | "other" | "nobody";
  isDone: boolean;
}

export interface StoredAnnotation {
  assignment: string;
  boundaries: number[];
  clientKey: string;
  activeMs: number;
  keyActions: number;
  revision: number;
}

export const SESSION: Session = {
  user: { id: 7, username: "anong", name: "อนงค์" },
  email: "",
  has_password: true,
  language: "en",
  may_create_projects: false,
  memberships: [{ project: { id: 1, name: "ข่าว", paused: false }, role: "annotator" }],
};

type Answer = { status: number; body?: unknown };

/** The annotator's part of the HTTP contract, in memory: what the server promises and nothing of how. */
export class FakeServer {
  session: Session | null = SESSION;
  ways: LogInWays = { passwords: true, provider: null, reset_links: true, takes_emails: true };
  isOffline = false;
  /** Act on the next request whose path ends so, but let its answer be lost on the way. */
  losesAnswerTo: string | null = null;
  annotations: StoredAnnotation[] = [];
  skips: { assignment: string; reason: string }[] = [];
  flags: { assignment: string; comment: string }[] = [];
  released: string[] = [];
  adjudicated = new Set<string>();
  reasonForNone: "nothing_left" | "paused" = "nothing_left";
  until: string | null = null;
  requests: { method: string; path: string; body: Record<string, unknown> }[] = [];
  /** Answers given instead of the usual ones, by "METHOD /path"; each is used once. */
  once = new Map<string, Answer>();
  /** More routes, by "METHOD /path" without the query. */
  routes = new Map<string, unknown>();
  private readonly sentences: Held[];

  constructor(sentences: string[][] = SENTENCES, suggestion: number[] | null = [2]) {
    this.sentences = sentences.map((clusters, i) => ({
      holder: "nobody",
      isDone: false,
      work: {
        assignment: `00000000-0000-4000-8000-00000000000${i + 1}`,
        clusters,
        suggestion,
        doubtful: [],
        alternatives: [],
        guideline_version: 1,
        lease_until: new Date(Date.now() + 900_000).toISOString(),
        lease_seconds: 900,
        idle_cut_seconds: 60,
      },
    }));
  }

  readonly fetch: Fetch = async (address, options) => {
    if (this.isOffline) throw new TypeError("Failed to fetch");
    const path = address.replace(/^\/api/, "").replace(/\?.*/, "");
    const body = options.body ? (JSON.parse(String(options.body)) as Record<string, unknown>) : {};
    const method = options.method ?? "GET";
    this.requests.push({ method, path, body });
    const { status, body: answer } = this.answer(method, path, body);
    if (this.losesAnswerTo !== null && path.endsWith(this.losesAnswerTo)) {
      this.losesAnswerTo = null;
      throw new TypeError("connection reset");
    }
    return new Response(answer === undefined ? null : JSON.stringify(answer), {
      status,
      headers: { "Content-Type": "application/json" },
    });
  };

  /** Let the first sentences' suggestion be in doubt and have alternatives. */
  doubt(doubtful: number[], alternatives: number[][] = []): void {
    for (const { work } of this.sentences) Object.assign(work, { doubtful, alternatives });
  }

  /** The same person sends a sentence from another device. */
  sendFromElsewhere(assignment: string, boundaries: number[]): void {
    this.store(assignment, { client_key: "elsewhere", boundaries, active_ms: 1, key_actions: 1 });
    this.find(assignment)!.isDone = true;
  }

  /** Somebody else gets the sentence: its lease here has run out. */
  giveToOther(assignment: string): void {
    this.find(assignment)!.holder = "other";
  }

  private answer(method: string, path: string, body: Record<string, unknown>): Answer {
    const route = `${method} ${path}`;
    const special = this.once.get(route);
    if (special) {
      this.once.delete(route);
      return special;
    }
    if (route === "GET /sign-on") return { status: 200, body: this.ways };
    if (route === "POST /session") return this.logIn(body);
    if (this.session === null) return refuse(401, "not_authenticated");
    if (route === "GET /session") return { status: 200, body: this.session };
    if (route === "DELETE /session") {
      this.session = null;
      return { status: 204 };
    }
    if (this.routes.has(route)) return { status: 200, body: this.routes.get(route) };
    if (route === "POST /projects/1/next") return { status: 200, body: this.next(body.held as string[]) };
    if (route === "POST /projects/1/release") {
      this.released.push(...(body.assignments as string[]));
      return { status: 200, body: { released: 1 } };
    }
    if (route === "GET /projects/1/comments") return { status: 200, body: [] };
    if (route === "GET /projects/1/history") return { status: 200, body: { results: this.history(), before: null } };
    const act = /^\/projects\/1\/assignments\/([\w-]+)\/(submit|skip|flag|renew)$/.exec(path);
    return act ? this.act(act[1]!, act[2]!, body) : refuse(404, "not_found");
  }

  private logIn(body: Record<string, unknown>): Answer {
    if (body.password !== "correct") return refuse(401, "not_authenticated");
    this.session = SESSION;
    return { status: 200, body: SESSION };
  }

  private act(assignment: string, verb: string, body: Record<string, unknown>): Answer {
    const held = this.find(assignment);
    if (!held) return refuse(404, "not_found");
    if (verb === "renew") {
      if (held.holder === "other") return refuse(409, "conflict");
      return { status: 200, body: { lease_until: new Date(Date.now() + 900_000).toISOString() } };
    }
    if (verb === "flag") {
      this.flags.push({ assignment, comment: String(body.comment) });
      return { status: 201, body: { id: this.flags.length } };
    }
    const next = () => (body.next ? this.next(body.held as string[]) : null);
    if (verb === "skip") {
      this.skips.push({ assignment, reason: String(body.reason) });
      held.isDone = true;
      return { status: 200, body: { next: next() } };
    }
    if (this.adjudicated.has(assignment)) return refuse(409, "adjudicated");
    const stored = this.annotations.filter((annotation) => annotation.assignment === assignment);
    const isKnown = stored.some(({ clientKey }) => clientKey === body.client_key);
    if (!isKnown && body.revision !== null && body.revision !== stored.length) {
      const { revision, boundaries } = stored.at(-1)!;
      return refuse(409, "revised_elsewhere", { revision, boundaries });
    }
    const annotation = this.store(assignment, body);
    held.isDone = true;
    return { status: 200, body: { annotation: { ...annotation, id: 1, created_at: "" }, next: next() } };
  }

  /** Keep a submit; the same client key twice is kept once. */
  private store(assignment: string, body: Record<string, unknown>): StoredAnnotation {
    const clientKey = String(body.client_key);
    const known = this.annotations.find((annotation) => annotation.clientKey === clientKey);
    if (known) return known;
    const revision = this.annotations.filter((annotation) => annotation.assignment === assignment).length;
    const annotation = {
      assignment,
      clientKey,
      revision,
      boundaries: body.boundaries as number[],
      activeMs: Number(body.active_ms),
      keyActions: Number(body.key_actions),
    };
    this.annotations.push(annotation);
    return annotation;
  }

  private next(held: string[]) {
    const isFree = ({ work, isDone, holder }: Held) =>
      !isDone && holder !== "other" && !held.includes(work.assignment);
    const found = this.sentences.find(isFree);
    if (found) found.holder = "me";
    const done = new Set(this.annotations.map(({ assignment }) => assignment)).size;
    return {
      work: found?.work ?? null,
      reason: found ? null : this.reasonForNone,
      until: found ? null : this.until,
      summary: { today: done, total: done },
    };
  }

  private history() {
    return this.annotations.map(({ assignment, boundaries, revision }, i) => ({
      assignment,
      annotation: i,
      clusters: this.find(assignment)!.work.clusters,
      boundaries,
      revision,
      created_at: "2026-11-23T03:00:00Z",
      adjudicated: this.adjudicated.has(assignment),
    }));
  }

  private find(assignment: string): Held | undefined {
    return this.sentences.find(({ work }) => work.assignment === assignment);
  }
}

function refuse(status: number, code: string, details = {}): Answer {
  return { status, body: { code, message: `Refused with ${code}.`, details } };
}

/** ตากลม ตากลม ตากลม …: four clusters each, told apart by a number. */
const SENTENCES = ["1", "2", "3", "4", "5"].map((number) => ["ตา", "ก", "ล", "ม", number]);
