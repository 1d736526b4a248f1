import { computed, signal } from "@preact/signals";
import type { AnnotatorApi } from "../api/annotator";
import { ApiError } from "../api/client";
import type { Comment } from "../api/types";

/** What adjudicators made of one's sentences, and how much of it one has not seen yet on this device. */
export class Comments {
  readonly all = signal<readonly Comment[] | null>(null);
  readonly error = signal<ApiError | null>(null);
  readonly unseen = computed(() => (this.all.value ?? []).filter(({ id }) => id > this.seen.value).length);

  private readonly place: string;
  private readonly seen = signal(0);

  constructor(
    private readonly api: AnnotatorApi,
    userId: number,
  ) {
    this.place = `tatkham.commentsSeen.${userId}:${api.projectId}`;
    this.seen.value = Number(localStorage.getItem(this.place) ?? 0);
  }

  /** Ask for news; that there is none to be had now is no trouble for the work. */
  async load(): Promise<void> {
    try {
      this.all.value = await this.api.comments();
      this.error.value = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.error.value = error;
    }
  }

  markSeen(): void {
    const latest = Math.max(this.seen.value, ...(this.all.value ?? []).map(({ id }) => id));
    this.seen.value = latest;
    localStorage.setItem(this.place, String(latest));
  }
}
