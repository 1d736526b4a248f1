import { computed, signal } from "@preact/signals";
import { ApiError } from "../api/client";
import type { Outgoing, OutgoingSubmit, WorkStorage } from "./storage";

/** Waiting times between tries while the server cannot be reached; the last one repeats. */
const RETRY_DELAYS_MS = [1_000, 2_000, 5_000, 10_000, 20_000];

interface OutboxOptions {
  storage: () => WorkStorage | null;
  /** Send one entry; an ApiError says how to go on. */
  deliver: (entry: Outgoing) => Promise<void>;
  /** Everything that waited has been sent. */
  onDrained: () => void;
  onLoggedOut: () => void;
  onStorageError: () => void;
}

/**
 * Work on its way to the server, sent one after the other in the order it was done. What fails in passing is
 * tried again by itself; what the server refuses stays visible until the person decides.
 */
export class Outbox {
  readonly entries = signal<readonly Outgoing[]>([]);
  readonly isSending = signal(false);
  /** What went wrong with the last try; null when it succeeded. */
  readonly trouble = signal<ApiError | null>(null);
  readonly waiting = computed(() => this.entries.value.filter((entry) => entry.refusal === null));
  readonly refused = computed(() => this.entries.value.filter((entry) => entry.refusal !== null));

  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isStopped = false;

  constructor(private readonly options: OutboxOptions) {}

  restore(entries: readonly Outgoing[]): void {
    this.entries.value = entries;
  }

  /** Keep the entry safe and send it; `finishedWork` is the assignment whose draft it replaces. */
  add(entry: Outgoing, finishedWork?: string): void {
    this.entries.value = [...this.entries.value, entry];
    this.options.storage()?.keepOutgoing(entry, finishedWork).catch(this.options.onStorageError);
    void this.drain();
  }

  /** Send everything that waits; returns when nothing does or when a try has failed. */
  async drain(): Promise<void> {
    if (this.isSending.value || this.isStopped) return;
    clearTimeout(this.timer);
    this.isSending.value = true;
    try {
      for (let entry = this.waiting.value[0]; entry !== undefined; entry = this.waiting.value[0]) {
        await this.options.deliver(entry);
        this.trouble.value = null;
        this.failures = 0;
        this.remove(entry.id);
        if (this.waiting.value.length === 0) this.options.onDrained();
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.fail(error);
    } finally {
      this.isSending.value = false;
    }
  }

  /** Try a refused entry once more, perhaps with something about it changed. */
  retry(id: string, changes: Partial<Pick<OutgoingSubmit, "revision">> = {}): void {
    this.update(id, { ...changes, refusal: null });
    void this.drain();
  }

  /** Forget an entry for good. */
  discard(id: string): void {
    this.remove(id);
  }

  resume(): void {
    this.isStopped = false;
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private fail(error: ApiError): void {
    this.trouble.value = error;
    if (error.status === 401) {
      this.options.onLoggedOut(); // Sent on once the person has logged in again.
      return;
    }
    if (error.isPassing) {
      const delay = RETRY_DELAYS_MS[Math.min(this.failures++, RETRY_DELAYS_MS.length - 1)];
      this.timer = setTimeout(() => void this.drain(), delay);
      return;
    }
    const refused = this.waiting.value[0];
    const { code, message, details } = error;
    if (refused) this.update(refused.id, { refusal: { code, message, details } });
    this.trouble.value = null;
    queueMicrotask(() => void this.drain());
  }

  private update(id: string, changes: Partial<Outgoing>): void {
    this.entries.value = this.entries.value.map((entry) => (entry.id === id ? ({ ...entry, ...changes } as Outgoing) : entry));
    const entry = this.entries.value.find((candidate) => candidate.id === id);
    if (entry) this.options.storage()?.keepOutgoing(entry).catch(this.options.onStorageError);
  }

  private remove(id: string): void {
    this.entries.value = this.entries.value.filter((entry) => entry.id !== id);
    this.options.storage()?.dropOutgoing(id).catch(this.options.onStorageError);
  }
}
