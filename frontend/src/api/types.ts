/**
 * Shapes of the HTTP contract, as generated from the OpenAPI file. Offsets and boundaries count grapheme
 * clusters; times are ISO 8601 in UTC.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

/** An answer as it arrives: every field is there, and it is ours to change. */
type Answer<T> = T extends readonly (infer Item)[]
  ? Answer<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]-?: Answer<Exclude<T[Key], undefined>> }
    : T;

export type Session = Answer<Schemas["Session"]>;
export type LogInWays = Answer<Schemas["LogInWays"]>;
export type LinkHolder = Answer<Schemas["LinkHolder"]>;
export type AccessToken = Answer<Schemas["AccessTokenRow"]>;
export type AccessTokens = Answer<Schemas["AccessTokens"]>;
export type MadeAccessToken = Answer<Schemas["MadeAccessToken"]>;
export type NewAccessToken = Schemas["NewTokenRequest"];
export type Person = Answer<Schemas["Person"]>;
export type Membership = Answer<Schemas["OwnMembership"]>;
export type Role = Schemas["RoleEnum"];

export type Work = Answer<Schemas["Work"]>;
export type Summary = Answer<Schemas["Summary"]>;
export type NextWork = Answer<Schemas["NextWork"]>;
export type NoWorkReason = Schemas["ReasonEnum"];
export type Submit = Required<Schemas["SubmitRequest"]>;
export type Skip = Required<Schemas["SkipRequest"]>;
export type Submitted = Answer<Schemas["Submitted"]>;
export type HistoryPage = Answer<Schemas["History"]>;
export type HistoryEntry = Answer<Schemas["HistoryEntry"]>;
export type Lookup = Answer<Schemas["Lookup"]>;
export type PracticeSentence = Answer<Schemas["PracticeSentence"]>;
export type Comment = Answer<Schemas["Comment"]>;
export type Day = Answer<Schemas["Day"]>;
export type Guideline = Answer<Schemas["CurrentGuideline"]>;

export type Overview = Answer<Schemas["Overview"]>;
export type Round = Answer<Schemas["RoundState"]>;
export type Arm = Schemas["ComparedArmEnum"];
export type Curves = Answer<Schemas["Curves"]>;
export type CurvePoint = Answer<Schemas["Point"]>;
export type LoopEvent = Answer<Schemas["EventRow"]>;
export type NewEvent = Schemas["NewEventRequest"];
export type TakenIn = Answer<Schemas["TakenIn"]>;
export type RepairQueue = Answer<Schemas["RepairQueue"]>;
export type Bridge = Answer<Schemas["BridgeRow"]>;
export type BridgeModel = Schemas["NewBridgeRequest"]["model"];
export type GuidelineBridge = Answer<Schemas["GuidelineBridgeRow"]>;
export type GuidelineBridgePreview = Answer<Schemas["GuidelineBridgePreview"]>;
export type Strategy = Answer<Schemas["StrategyRow"]>;
export type Member = Answer<Schemas["Member"]>;
export type NewMember = Pick<Schemas["NewMemberRequest"], "username" | "role"> & Partial<Schemas["NewMemberRequest"]>;
export type MemberChange = Schemas["PatchedMemberChangeRequest"];
export type GuidelineVersion = Answer<Schemas["GuidelineVersion"]>;
export type Disagreement = Answer<Schemas["Disagreement"]>;
export type Flag = Answer<Schemas["FlagRow"]>;
export type Agreement = Answer<Schemas["AgreementFigures"]>;
export type Settings = Answer<Schemas["ProjectDetail"]>;
export type SettingsChange = Schemas["PatchedProjectSettingsRequest"];

export type Corpus = Answer<Schemas["CorpusRow"]>;

export type Export = Answer<Schemas["ExportRow"]>;
export type NewExport = Schemas["NewExportRequest"];
export type ExportFilter = Omit<NewExport, "format" | "name">;
export type ExportPreview = Answer<Schemas["ExportPreview"]>;

export type ProjectRow = Answer<Schemas["ProjectRow"]>;
export type NewProject = Pick<Schemas["NewProjectRequest"], "name"> & Partial<Schemas["NewProjectRequest"]>;
export type Invitation = Answer<Schemas["InvitationRow"]>;
export type MadeInvitation = Answer<Schemas["MadeInvitation"]>;
export type NewInvitation = Pick<Schemas["NewInvitationRequest"], "role"> & Partial<Schemas["NewInvitationRequest"]>;
export type OpenInvitation = Answer<Schemas["OpenInvitation"]>;
export type Acceptance = Partial<Schemas["AcceptanceRequest"]>;
export type WorkDay = Answer<Schemas["WorkDay"]>;
export type Accuracy = Answer<Schemas["Accuracy"]>;
export type FilePreview = Answer<Schemas["FilePreview"]>;
export type CorpusSample = Answer<Schemas["CorpusSample"]>;
export type ShownSentence = Answer<Schemas["ShownSentence"]>;

export type AuditTrail = Answer<Schemas["AuditTrail"]>;
export type AuditEntry = Answer<Schemas["AuditRow"]>;

export type Webhook = Answer<Schemas["WebhookRow"]>;
export type MadeWebhook = Answer<Schemas["MadeWebhook"]>;
export type NewWebhook = Schemas["NewWebhookRequest"];
export type WebhookKind = NewWebhook["kinds"][number];

export type Plan = Answer<Schemas["PlanVersion"]>;
export type PlanDraft = Schemas["PlanDraftRequest"];
export type PackageState = Answer<Schemas["PackageState"]>;
export type Report = Answer<Schemas["ReportRow"]>;
