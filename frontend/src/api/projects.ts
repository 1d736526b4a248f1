import type { Client } from "./client";
import type { Acceptance, Membership, NewProject, OpenInvitation, ProjectRow } from "./types";

/** What is asked beside any one project: making one, and joining one by a link. */
export class ProjectsApi {
  constructor(private readonly client: Client) {}

  create(project: NewProject): Promise<ProjectRow> {
    return this.client.request("POST", "/projects", project);
  }

  invitation(token: string): Promise<OpenInvitation> {
    return this.client.request("GET", `/invitations/${encodeURIComponent(token)}`);
  }

  /** Join by a link; without an account's fields, as who is logged in. */
  accept(token: string, account: Acceptance): Promise<Membership> {
    return this.client.request("POST", `/invitations/${encodeURIComponent(token)}`, account);
  }
}
