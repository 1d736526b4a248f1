import type { Client } from "./client";
import type {
  Comment,
  Day,
  Guideline,
  HistoryPage,
  LinkHolder,
  LogInWays,
  Lookup,
  NextWork,
  PracticeSentence,
  Session,
  Skip,
  Submit,
  Submitted,
} from "./types";

/** Who is logged in. */
export class SessionApi {
  constructor(private readonly client: Client) {}

  read(): Promise<Session> {
    return this.client.request("GET", "/session");
  }

  ways(): Promise<LogInWays> {
    return this.client.request("GET", "/sign-on");
  }

  logIn(username: string, password: string): Promise<Session> {
    return this.client.request("POST", "/session", { username, password });
  }

  changePassword(old: string, chosen: string): Promise<void> {
    return this.client.request("POST", "/password", { old, new: chosen });
  }

  changeEmail(password: string, email: string): Promise<void> {
    return this.client.request("POST", "/email", { password, email });
  }

  /** Have a link mailed to whom a user name or an e-mail address belongs. */
  askForLink(account: string): Promise<void> {
    return this.client.request("POST", "/password/forgotten", { account });
  }

  /** Whose link it is; asking does not use it. */
  openLink(link: string): Promise<LinkHolder> {
    return this.client.request("POST", "/password/link", { link });
  }

  setPasswordBy(link: string, password: string): Promise<void> {
    return this.client.request("POST", "/password/reset", { link, password });
  }

  logOut(): Promise<void> {
    return this.client.request("DELETE", "/session");
  }
}

/** What an annotator may ask of one project. */
export class AnnotatorApi {
  constructor(
    private readonly client: Client,
    readonly projectId: number,
  ) {}

  next(held: string[]): Promise<NextWork> {
    return this.client.request("POST", this.path("/next"), { held });
  }

  submit(assignment: string, submit: Submit): Promise<Submitted> {
    return this.client.request("POST", this.path(`/assignments/${assignment}/submit`), submit);
  }

  skip(assignment: string, skip: Skip): Promise<{ next: NextWork | null }> {
    return this.client.request("POST", this.path(`/assignments/${assignment}/skip`), skip);
  }

  flag(assignment: string, comment: string): Promise<{ id: number }> {
    return this.client.request("POST", this.path(`/assignments/${assignment}/flag`), { comment });
  }

  renew(assignment: string): Promise<{ lease_until: string }> {
    return this.client.request("POST", this.path(`/assignments/${assignment}/renew`), {});
  }

  releaseOnLeaving(assignments: string[]): void {
    this.client.sendLast(this.path("/release"), { assignments });
  }

  history(before: string | null, limit: number, search = ""): Promise<HistoryPage> {
    const query = new URLSearchParams({ limit: String(limit), search, ...(before === null ? {} : { before }) });
    return this.client.request("GET", this.path(`/history?${query}`));
  }

  guideline(): Promise<Guideline> {
    return this.client.request("GET", this.path("/guideline"));
  }

  /** How a string of the sentence was cut before. */
  lookup(assignment: string, string: string): Promise<Lookup> {
    return this.client.request("GET", this.path(`/assignments/${assignment}/lookup?${new URLSearchParams({ string })}`));
  }

  practice(): Promise<PracticeSentence[]> {
    return this.client.request("GET", this.path("/practice"));
  }

  comments(): Promise<Comment[]> {
    return this.client.request("GET", this.path("/comments"));
  }

  hours(): Promise<Day[]> {
    return this.client.request("GET", this.path("/hours/own"));
  }

  private path(rest: string): string {
    return `/projects/${this.projectId}${rest}`;
  }
}
