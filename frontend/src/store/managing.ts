import { signal } from "@preact/signals";
import { ApiError } from "../api/client";
import type { ManagerApi } from "../api/manager";
import type { Overview } from "../api/types";

const POLL_MS = 2_000;

/** A project's figures, read again every two seconds; an unchanged answer costs the server almost nothing. */
export class Managing {
  readonly overview = signal<Overview | null>(null);
  readonly error = signal<ApiError | null>(null);
  /** When the server last answered, by this device's clock; null before the first time. */
  readonly heardAt = signal<Date | null>(null);

  private tag: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isStopped = false;

  constructor(
    readonly api: ManagerApi,
    private readonly onLoggedOut: () => void,
  ) {}

  start(): void {
    void this.poll();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Read the figures once, then again after a while; a hidden page waits. */
  async poll(): Promise<void> {
    clearTimeout(this.timer);
    if (!document.hidden) await this.read();
    if (!this.isStopped) this.timer = setTimeout(() => void this.poll(), POLL_MS);
  }

  private async read(): Promise<void> {
    try {
      const answer = await this.api.overview(this.tag);
      this.error.value = null;
      this.heardAt.value = new Date();
      if (answer === null) return;
      this.tag = answer.tag;
      this.overview.value = answer.body;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) this.onLoggedOut();
      this.error.value = error;
    }
  }
}
