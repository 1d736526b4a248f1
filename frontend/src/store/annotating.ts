import { computed, signal } from "@preact/signals";
import type { AnnotatorApi } from "../api/annotator";
import { ApiError } from "../api/client";
import type { HistoryEntry, NextWork, NoWorkReason, Summary, Work } from "../api/types";
import { isIdle, startClock, stopClock, totalAt, touchClock, type ActiveClock } from "../domain/activeClock";
import { isTouched, startDraft, type Draft } from "../domain/draft";
import { newUuid } from "../domain/uuid";
import { Outbox } from "./outbox";
import type { KeptWork, Outgoing, WorkStorage } from "./storage";

export type Notice = "leaseLost" | "newSentence" | "flagKept";

interface Options {
  api: AnnotatorApi;
  userId: number;
  /** Opens the place where drafts outlive the page; rejects where the browser allows none. */
  openStorage: () => Promise<WorkStorage>;
  now?: () => number;
  /** The server says that nobody is logged in. */
  onLoggedOut: () => void;
}

/** A sentence as it was last submitted. */
type Submitted = Pick<HistoryEntry, "assignment" | "clusters" | "boundaries" | "revision">;

/** How many finished sentences the pace is taken over. */
const PACE_WINDOW = 20;

/**
 * One annotator's work in one project: the sentence shown, the one fetched ahead, the draft, and what is on
 * its way to the server. Requests that hand out work run one at a time, each naming all that is held.
 */
export class Annotating {
  readonly current = signal<KeptWork | null>(null);
  readonly ahead = signal<KeptWork | null>(null);
  readonly revision = signal<KeptWork | null>(null);
  /** What is on the screen: a correction goes before the sentence it interrupts. */
  readonly shown = computed(() => this.revision.value ?? this.current.value);
  readonly reason = signal<NoWorkReason | null>(null);
  /** With a reason for having no work: when a sentence may come back, if anything is known of that. */
  readonly until = signal<string | null>(null);
  readonly error = signal<ApiError | null>(null);
  readonly notice = signal<Notice | null>(null);
  readonly isPaused = signal(false);
  /** Whether the active clock stands because nothing has been done for a while. */
  readonly isIdle = signal(false);
  readonly isStorageBroken = signal(false);
  readonly outbox: Outbox;
  readonly today = computed(() => this.summary.value.today + this.uncounted.value);
  readonly total = computed(() => this.summary.value.total + this.uncounted.value);
  readonly paceSeconds = computed(() => {
    const times = this.finishedMs.value;
    return times.length === 0 ? null : times.reduce((a, b) => a + b, 0) / times.length / 1000;
  });

  private readonly summary = signal<Summary>({ today: 0, total: 0 });
  private readonly uncounted = computed(
    () => this.outbox.waiting.value.filter((entry) => entry.kind === "submit" && entry.revision === 0).length,
  );
  private readonly finishedMs = signal<readonly number[]>([]);
  private readonly owner: string;
  private readonly now: () => number;
  private clock: ActiveClock;
  private storage: WorkStorage | null = null;
  private turn: Promise<void> = Promise.resolve();
  private lastSubmitted: Submitted | null = null;

  constructor(private readonly options: Options) {
    this.now = options.now ?? Date.now;
    this.owner = `${options.userId}:${options.api.projectId}`;
    this.clock = startClock(this.now());
    this.outbox = new Outbox({
      storage: () => this.storage,
      deliver: (entry) => this.inTurn(() => this.deliver(entry)),
      onDrained: () => this.reason.value === null && this.needsWork() && void this.fill(),
      onLoggedOut: options.onLoggedOut,
      onStorageError: this.reportStorageError,
    });
  }

  /** Take up what an earlier page left, then ask for work. */
  async start(): Promise<void> {
    this.outbox.resume();
    try {
      this.storage = await this.options.openStorage();
      const { works, outgoing } = await this.storage.load(this.owner);
      this.outbox.restore(outgoing);
      this.revision.value = works.find((kept) => kept.revision > 0) ?? null;
      const held = works.filter((kept) => kept.revision === 0);
      this.current.value = held[0] ?? null;
      this.ahead.value = held[1] ?? null;
    } catch {
      this.reportStorageError();
    }
    this.restartClock();
    await this.outbox.drain();
    await this.renewLeases({ all: true });
    await this.fill();
  }

  stop(): void {
    this.outbox.stop();
  }

  /** Apply a change to the draft on the screen; every call counts as one key action. */
  edit(step: (draft: Draft, length: number) => Draft): void {
    const shown = this.shown.value;
    if (shown === null || this.isPaused.value) return;
    this.touch();
    const draft = step(shown.draft, shown.work.clusters.length);
    this.replaceShown({
      ...shown,
      draft: { ...draft, keyActions: draft.keyActions + 1, activeMs: this.clock.totalMs },
    });
  }

  /** Send the boundaries on the screen and show the next sentence at once. */
  submit(): void {
    const shown = this.shown.value;
    if (shown === null || this.isPaused.value) return;
    const { assignment, work, draft, revision } = shown;
    const activeMs = totalAt(this.clock, this.now(), this.idleCutMs());
    const boundaries = [...draft.boundaries];
    this.lastSubmitted = { assignment, clusters: work.clusters, boundaries, revision };
    this.finishedMs.value = [...this.finishedMs.value, activeMs].slice(-PACE_WINDOW);
    this.finish({
      ...this.newEntry(assignment),
      kind: "submit",
      clusters: work.clusters,
      boundaries,
      activeMs,
      keyActions: draft.keyActions + 1,
      revision,
    });
  }

  skip(reason: string): void {
    const shown = this.current.value;
    if (shown === null || this.revision.value !== null) return;
    const activeMs = totalAt(this.clock, this.now(), this.idleCutMs());
    this.finish({ ...this.newEntry(shown.assignment), kind: "skip", reason, activeMs });
  }

  flag(comment: string): void {
    const shown = this.shown.value;
    if (shown === null) return;
    this.notice.value = "flagKept";
    this.outbox.add({ ...this.newEntry(shown.assignment), kind: "flag", comment });
  }

  /** Put a submitted sentence back on the screen; what was being done meanwhile waits. */
  revise(entry: Submitted): void {
    const base = this.current.value?.work;
    const work: Work = {
      assignment: entry.assignment,
      clusters: [...entry.clusters],
      suggestion: [...entry.boundaries],
      doubtful: [],
      alternatives: [],
      guideline_version: base?.guideline_version ?? null,
      lease_until: new Date(this.now()).toISOString(),
      lease_seconds: base?.lease_seconds ?? 900,
      idle_cut_seconds: base?.idle_cut_seconds ?? 60,
    };
    this.replaceShown(this.keep(work, entry.revision + 1));
    this.restartClock();
  }

  async revisePrevious(): Promise<void> {
    if (this.revision.value !== null) return;
    try {
      const entry = this.lastSubmitted ?? (await this.options.api.history(null, 1)).results[0];
      if (entry) this.revise(entry);
    } catch (error) {
      this.reportError(error);
    }
  }

  cancelRevision(): void {
    const revision = this.revision.value;
    if (revision === null) return;
    this.revision.value = null;
    this.storage?.dropWork(revision.assignment).catch(this.reportStorageError);
    this.restartClock();
  }

  pause(): void {
    this.stopClock();
    this.isPaused.value = true;
  }

  resume(): void {
    this.isPaused.value = false;
    this.touch();
  }

  /** Stop the active clock at once, as when the page is hidden. */
  stopClock(): void {
    this.clock = stopClock(this.clock, this.now(), this.idleCutMs());
  }

  /** Note a sign of life; after an idle stretch the leases may need renewing first. */
  touch(): void {
    const wasIdle = isIdle(this.clock, this.now(), this.idleCutMs());
    this.clock = touchClock(this.clock, this.now(), this.idleCutMs());
    this.isIdle.value = false;
    if (wasIdle) void this.renewLeases();
  }

  /** Look whether the clock has come to stand meanwhile. */
  noteIdle(): void {
    this.isIdle.value = this.shown.value !== null && isIdle(this.clock, this.now(), this.idleCutMs());
  }

  /** Renew what is held while the person is at work; an idle page lets its leases run out. */
  async renewLeases({ all = false } = {}): Promise<void> {
    if (this.isPaused.value || isIdle(this.clock, this.now(), this.idleCutMs())) return;
    for (const kept of [this.current.value, this.ahead.value]) {
      const leftMs = kept ? Date.parse(kept.work.lease_until) - this.now() : Infinity;
      if (kept && (all || leftMs < (kept.work.lease_seconds * 1000 * 2) / 3)) await this.renew(kept);
    }
  }

  /** Ask for work until one sentence is shown and one lies ready, or there is none. */
  async fill(): Promise<void> {
    try {
      await this.inTurn(async () => {
        let answer: NextWork | null = null;
        while (this.needsWork() && (answer === null || answer.work !== null)) {
          answer = await this.options.api.next(this.held());
          this.accept(answer);
        }
      });
      this.error.value = null;
    } catch (error) {
      this.reportError(error);
    }
  }

  /** Leave the page: give back the sentence that was fetched ahead. The draft on the screen is kept. */
  leave(): void {
    const ahead = this.ahead.value;
    if (ahead === null || isTouched(ahead.draft)) return;
    this.storage?.dropWork(ahead.assignment).catch(this.reportStorageError);
    this.options.api.releaseOnLeaving([ahead.assignment]);
  }

  private finish(entry: Outgoing): void {
    if (this.revision.value !== null) this.revision.value = null;
    else {
      this.current.value = this.ahead.value;
      this.ahead.value = null;
    }
    this.notice.value = null;
    this.restartClock();
    this.outbox.add(entry, entry.assignment);
  }

  private async deliver(entry: Outgoing): Promise<void> {
    const { api } = this.options;
    if (entry.kind === "flag") {
      await api.flag(entry.assignment, entry.comment);
      return;
    }
    const held = this.held().filter((assignment) => assignment !== entry.assignment);
    const next = this.needsWork();
    const answer =
      entry.kind === "skip"
        ? await api.skip(entry.assignment, { reason: entry.reason, active_ms: entry.activeMs, held, next })
        : await api.submit(entry.assignment, {
            boundaries: entry.boundaries,
            client_key: entry.id,
            active_ms: Math.round(entry.activeMs),
            key_actions: entry.keyActions,
            revision: entry.revision,
            held,
            next,
          });
    if (answer.next) this.accept(answer.next);
    else if (entry.kind === "submit" && entry.revision === 0) this.countOne();
  }

  private accept({ work, reason, until, summary }: NextWork): void {
    this.summary.value = summary;
    this.reason.value = work === null ? reason : null;
    this.until.value = until;
    if (work === null || this.held().includes(work.assignment)) return;
    const kept = this.keep(work, 0);
    if (this.current.value === null) {
      this.current.value = kept;
      if (this.revision.value === null) this.restartClock();
    } else this.ahead.value = kept;
  }

  private keep(work: Work, revision: number): KeptWork {
    const draft = startDraft(work.clusters.length, work.suggestion, work.doubtful);
    const { assignment } = work;
    const kept = { owner: this.owner, assignment, work, draft, revision, since: this.now() };
    this.storage?.keepWork(kept).catch(this.reportStorageError);
    return kept;
  }

  private async renew(kept: KeptWork): Promise<void> {
    try {
      const { lease_until } = await this.options.api.renew(kept.assignment);
      for (const place of [this.current, this.ahead]) {
        if (place.value?.assignment !== kept.assignment) continue;
        place.value = { ...place.value, work: { ...place.value.work, lease_until } };
      }
    } catch (error) {
      if (error instanceof ApiError && [404, 409, 410].includes(error.status)) this.loseLease(kept.assignment);
      else if (error instanceof ApiError && error.status === 401) this.options.onLoggedOut();
      // Any other trouble: the next turn renews, and a lost lease loses no work.
    }
  }

  /** Somebody else may have the sentence now: finish it all the same if work went into it, else let it go. */
  private loseLease(assignment: string): void {
    const isCurrent = this.current.value?.assignment === assignment;
    const kept = isCurrent ? this.current.value : this.ahead.value;
    if (kept === null || kept.assignment !== assignment) return;
    if (isTouched(kept.draft)) {
      this.notice.value = "leaseLost";
      return;
    }
    this.storage?.dropWork(assignment).catch(this.reportStorageError);
    if (isCurrent) {
      this.current.value = this.ahead.value;
      this.notice.value = "newSentence";
      this.restartClock();
    }
    this.ahead.value = null;
    void this.fill();
  }

  private replaceShown(kept: KeptWork): void {
    (kept.revision > 0 ? this.revision : this.current).value = kept;
    this.storage?.keepWork(kept).catch(this.reportStorageError);
  }

  private held(): string[] {
    const works = [this.current.value, this.ahead.value].filter((kept) => kept !== null);
    const finished = this.outbox.waiting.value.filter((entry) => entry.kind !== "flag");
    return [...new Set([...works, ...finished].map((kept) => kept.assignment))];
  }

  private needsWork(): boolean {
    return this.current.value === null || this.ahead.value === null;
  }

  private countOne(): void {
    const { today, total } = this.summary.value;
    this.summary.value = { today: today + 1, total: total + 1 };
  }

  private newEntry(assignment: string) {
    return { owner: this.owner, id: newUuid(), assignment, since: this.now(), refusal: null };
  }

  private idleCutMs(): number {
    return (this.shown.value?.work.idle_cut_seconds ?? 60) * 1000;
  }

  private restartClock(): void {
    this.clock = startClock(this.now(), this.shown.value?.draft.activeMs ?? 0);
  }

  private inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.turn.then(step);
    this.turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  private readonly reportError = (error: unknown): void => {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) this.options.onLoggedOut();
    this.error.value = error;
  };

  private readonly reportStorageError = (): void => {
    this.isStorageBroken.value = true;
  };
}
