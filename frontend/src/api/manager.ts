import type { Client, Tagged } from "./client";
import type {
  Accuracy,
  Agreement,
  AuditTrail,
  Bridge,
  BridgeModel,
  GuidelineBridge,
  GuidelineBridgePreview,
  Corpus,
  CorpusSample,
  Curves,
  Disagreement,
  Export,
  ExportFilter,
  ExportPreview,
  FilePreview,
  Flag,
  GuidelineVersion,
  Invitation,
  LoopEvent,
  MadeInvitation,
  MadeWebhook,
  Member,
  MemberChange,
  NewEvent,
  NewExport,
  NewInvitation,
  NewMember,
  NewWebhook,
  Overview,
  PackageState,
  Plan,
  PlanDraft,
  ProjectRow,
  RepairQueue,
  Report,
  Round,
  Settings,
  SettingsChange,
  Strategy,
  TakenIn,
  Webhook,
  WorkDay,
} from "./types";

/** What managers and adjudicators may ask of one project. */
export class ManagerApi {
  constructor(
    private readonly client: Client,
    readonly projectId: number,
  ) {}

  overview(tag: string | null): Promise<Tagged<Overview> | null> {
    return this.client.poll(this.path("/overview"), tag);
  }

  settings(): Promise<Settings> {
    return this.client.request("GET", this.path(""));
  }

  changeSettings(changes: SettingsChange): Promise<Settings> {
    return this.client.request("PATCH", this.path(""), changes);
  }

  strategies(): Promise<Strategy[]> {
    return this.client.request("GET", this.path("/strategies"));
  }

  rounds(): Promise<Round[]> {
    return this.client.request("GET", this.path("/rounds"));
  }

  openRound(): Promise<Round> {
    return this.client.request("POST", this.path("/rounds"), {});
  }

  cancelRound(id: number): Promise<Round> {
    return this.client.request("POST", this.path(`/rounds/${id}/cancel`), {});
  }

  restartRound(id: number): Promise<Round> {
    return this.client.request("POST", this.path(`/rounds/${id}/restart`), {});
  }

  /** An analysis of docs/analysis.md by name; its shape is in domain/analyses.ts. */
  analysis<T>(name: string, figure = "word_f1", unit = "seconds"): Promise<T> {
    return this.client.request("GET", this.path(`/analysis/${name}?${query({ figure, unit })}`));
  }

  /** Versions of the plan, the one in force first; none before one is written. */
  plans(): Promise<Plan[]> {
    return this.client.request("GET", this.path("/plans"));
  }

  writePlan(draft: PlanDraft): Promise<Plan> {
    return this.client.request("POST", this.path("/plans"), draft);
  }

  lockPlan(): Promise<Plan> {
    return this.client.request("POST", this.path("/plans/lock"), {});
  }

  reports(): Promise<Report[]> {
    return this.client.request("GET", this.path("/reports"));
  }

  askForReport(): Promise<Report> {
    return this.client.request("POST", this.path("/reports"), {});
  }

  reportFile(id: number): string {
    return `/api${this.path(`/reports/${id}/file`)}`;
  }

  /** Has a closed round's model written as an installable package; one that failed is tried again. */
  askForPackage(roundId: number): Promise<PackageState> {
    return this.client.request("POST", this.path(`/rounds/${roundId}/package`), {});
  }

  /** How far the package is that was asked for. */
  package(roundId: number): Promise<PackageState> {
    return this.client.request("GET", this.path(`/rounds/${roundId}/package`));
  }

  packageFile(roundId: number): string {
    return `/api${this.path(`/rounds/${roundId}/package/file`)}`;
  }

  curves(): Promise<Curves> {
    return this.client.request("GET", this.path("/curves"));
  }

  events(): Promise<LoopEvent[]> {
    return this.client.request("GET", this.path("/events"));
  }

  /** Events later than a moment. */
  eventsSince(after: Date): Promise<LoopEvent[]> {
    return this.client.request("GET", this.path(`/events?${query({ after: after.toISOString() })}`));
  }

  remarkOnEvent(id: number, note: string): Promise<LoopEvent> {
    return this.client.request("PATCH", this.path(`/events/${id}`), { note });
  }

  /** Address of all events as a file. */
  eventFile(kind: "csv" | "json"): string {
    return `/api${this.path(`/events/file?${query({ kind })}`)}`;
  }

  /** Record the events of a file, all or none: CSV as its text, JSON as the export writes it. */
  takeInEvents(file: { csv: string } | { events: Record<string, unknown>[] }): Promise<TakenIn> {
    return this.client.request("POST", this.path("/events/file"), file);
  }

  repairs(limit: number): Promise<RepairQueue> {
    return this.client.request("GET", this.path(`/repairs?${query({ limit: String(limit) })}`));
  }

  /** Have the first so many sentences of the list read again. */
  orderRepairs(sentences: number): Promise<{ sentences: number }> {
    return this.client.request("POST", this.path("/repairs"), { sentences });
  }

  bridges(): Promise<Bridge[]> {
    return this.client.request("GET", this.path("/bridges"));
  }

  askForBridge(model: BridgeModel): Promise<void> {
    return this.client.request("POST", this.path("/bridges"), { model });
  }

  guidelineBridges(): Promise<GuidelineBridge[]> {
    return this.client.request("GET", this.path("/guideline-bridges"));
  }

  /** What a bridge to the guideline in force would read and take. */
  previewGuidelineBridge(perArm: number): Promise<GuidelineBridgePreview> {
    return this.client.request("GET", this.path(`/guideline-bridges/preview?${query({ per_arm: String(perArm) })}`));
  }

  askForGuidelineBridge(perArm: number): Promise<GuidelineBridge> {
    return this.client.request("POST", this.path("/guideline-bridges"), { per_arm: perArm });
  }

  /** Let the holdout's references pass to the rules of that version. */
  switchReferences(version: number): Promise<{ references: number }> {
    return this.client.request("POST", this.path(`/guideline-bridges/${version}/switch`), {});
  }

  addEvent(event: NewEvent): Promise<LoopEvent> {
    return this.client.request("POST", this.path("/events"), event);
  }

  members(): Promise<Member[]> {
    return this.client.request("GET", this.path("/members"));
  }

  addMember(member: NewMember): Promise<Member> {
    return this.client.request("POST", this.path("/members"), member);
  }

  changeMember(id: number, changes: MemberChange): Promise<Member> {
    return this.client.request("PATCH", this.path(`/members/${id}`), changes);
  }

  resetPassword(id: number, password: string): Promise<void> {
    return this.client.request("POST", this.path(`/members/${id}/password`), { password });
  }

  /** Erase what a person wrote, and the account where it is of no other use; answers whether it was. */
  forgetMember(id: number): Promise<{ account: boolean }> {
    return this.client.request("DELETE", this.path(`/members/${id}`));
  }

  invitations(): Promise<Invitation[]> {
    return this.client.request("GET", this.path("/invitations"));
  }

  invite(invitation: NewInvitation): Promise<MadeInvitation> {
    return this.client.request("POST", this.path("/invitations"), invitation);
  }

  revokeInvitation(id: number): Promise<Invitation> {
    return this.client.request("POST", this.path(`/invitations/${id}/revoke`), {});
  }

  /** What each person did on each day of [since, until). */
  hours(since: Date, until: Date): Promise<WorkDay[]> {
    return this.client.request("GET", this.path(`/members/hours?${query({ since: since.toISOString(), until: until.toISOString() })}`));
  }

  accuracy(): Promise<Accuracy[]> {
    return this.client.request("GET", this.path("/members/accuracy"));
  }

  clone(name: string, people: boolean): Promise<ProjectRow> {
    return this.client.request("POST", this.path("/clone"), { name, people });
  }

  agreement(): Promise<Agreement> {
    return this.client.request("GET", this.path("/agreement"));
  }

  corpora(): Promise<Corpus[]> {
    return this.client.request("GET", this.path("/corpora"));
  }

  uploadCorpus(form: FormData, onProgress: (share: number) => void): Promise<Corpus> {
    return this.client.upload(this.path("/corpora"), form, onProgress);
  }

  previewCorpus(form: FormData, onProgress: (share: number) => void): Promise<FilePreview> {
    return this.client.upload(this.path("/corpora/preview"), form, onProgress);
  }

  corpusSample(id: number): Promise<CorpusSample> {
    return this.client.request("GET", this.path(`/corpora/${id}/sample`));
  }

  withdrawCorpus(id: number): Promise<Corpus> {
    return this.client.request("POST", this.path(`/corpora/${id}/withdraw`), {});
  }

  guidelines(): Promise<GuidelineVersion[]> {
    return this.client.request("GET", this.path("/guidelines"));
  }

  publishGuideline(text: string): Promise<GuidelineVersion> {
    return this.client.request("POST", this.path("/guidelines"), { text });
  }

  disagreements(): Promise<Disagreement[]> {
    return this.client.request("GET", this.path("/disagreements?limit=50&settled=false"));
  }

  adjudicate(sentence: number, boundaries: number[], note: string): Promise<unknown> {
    return this.client.request("POST", this.path(`/sentences/${sentence}/adjudicate`), { boundaries, note });
  }

  flags(): Promise<Flag[]> {
    return this.client.request("GET", this.path("/flags"));
  }

  resolveFlag(id: number): Promise<unknown> {
    return this.client.request("POST", this.path(`/flags/${id}/resolve`), {});
  }

  exports(): Promise<Export[]> {
    return this.client.request("GET", this.path("/exports"));
  }

  previewExport(filter: ExportFilter): Promise<ExportPreview> {
    return this.client.request("GET", this.path(`/exports/preview?${query({ ...filter })}`));
  }

  createExport(options: NewExport): Promise<Export> {
    return this.client.request("POST", this.path("/exports"), options);
  }

  exportFile(id: number): string {
    return `/api${this.path(`/exports/${id}/file`)}`;
  }

  /** A page of the audit trail; `before` of one page asks for the next. */
  audit(filter: { person: string; act: string; before?: number | null }): Promise<AuditTrail> {
    return this.client.request("GET", this.path(`/audit?${query(filter)}`));
  }

  auditFile(): string {
    return `/api${this.path("/audit/file")}`;
  }

  webhooks(): Promise<Webhook[]> {
    return this.client.request("GET", this.path("/webhooks"));
  }

  addWebhook(webhook: NewWebhook): Promise<MadeWebhook> {
    return this.client.request("POST", this.path("/webhooks"), webhook);
  }

  removeWebhook(id: number): Promise<void> {
    return this.client.request("DELETE", this.path(`/webhooks/${id}`));
  }

  testWebhook(id: number): Promise<unknown> {
    return this.client.request("POST", this.path(`/webhooks/${id}/test`), {});
  }

  private path(rest: string): string {
    return `/projects/${this.projectId}${rest}`;
  }
}

/** A query string of what is set. */
function query(values: Record<string, unknown>): string {
  const set = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
}
