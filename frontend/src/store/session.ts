import { signal } from "@preact/signals";
import type { SessionApi } from "../api/annotator";
import { ApiError } from "../api/client";
import type { Membership, Session } from "../api/types";

/** Who is logged in. `session` null with `isKnown`: nobody. */
export class SessionStore {
  readonly session = signal<Session | null>(null);
  readonly isKnown = signal(false);
  /** The server ended a session that the page still shows: log in again, over what is on the screen. */
  readonly hasEnded = signal(false);
  readonly error = signal<ApiError | null>(null);

  constructor(private readonly api: SessionApi) {}

  /** Ask the server who we are. */
  async load(): Promise<void> {
    this.error.value = null;
    try {
      this.session.value = await this.api.read();
      this.isKnown.value = true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401 || error.status === 403) this.isKnown.value = true;
      else this.error.value = error;
    }
  }

  /** Log in; true when it worked, else `error` says why not. */
  async logIn(username: string, password: string): Promise<boolean> {
    this.error.value = null;
    try {
      this.session.value = await this.api.logIn(username, password);
      this.isKnown.value = true;
      this.hasEnded.value = false;
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.error.value = error;
      return false;
    }
  }

  /** Change one's own password; an ApiError says why not. */
  async changePassword(old: string, chosen: string): Promise<void> {
    await this.api.changePassword(old, chosen);
  }

  /** Change one's own e-mail address, which needs the password; an ApiError says why not. */
  async changeEmail(password: string, email: string): Promise<void> {
    await this.api.changeEmail(password, email);
    if (this.session.value !== null) this.session.value = { ...this.session.value, email };
  }

  async logOut(): Promise<void> {
    await this.api.logOut();
    this.session.value = null;
    this.hasEnded.value = false;
  }

  readonly noteEnd = (): void => {
    if (this.session.value !== null) this.hasEnded.value = true;
  };

  membership(projectId: number): Membership | null {
    return this.session.value?.memberships.find(({ project }) => project.id === projectId) ?? null;
  }
}
