"""Addresses of the annotation API, below /api/."""

from django.urls import include, path

from annotation.api import annotator, audit_trail, corpora, exports, helps, judging, manager, members, session

project_urls = [
    path("next", annotator.NextView.as_view()),
    path("assignments/<uuid:assignment_id>/submit", annotator.SubmitView.as_view()),
    path("assignments/<uuid:assignment_id>/skip", annotator.SkipView.as_view()),
    path("assignments/<uuid:assignment_id>/flag", annotator.FlagView.as_view()),
    path("assignments/<uuid:assignment_id>/renew", annotator.RenewView.as_view()),
    path("release", annotator.ReleaseView.as_view()),
    path("history", annotator.HistoryView.as_view()),
    path("guideline", annotator.GuidelineView.as_view()),
    path("assignments/<uuid:assignment_id>/lookup", helps.LookupView.as_view()),
    path("practice", helps.PracticeView.as_view()),
    path("comments", helps.CommentsView.as_view()),
    path("hours/own", helps.OwnHoursView.as_view()),
    path("members/<int:membership_id>/password", members.MemberPasswordView.as_view()),
    path("clone", manager.CloneView.as_view()),
    path("members", members.MembersView.as_view()),
    path("members/<int:membership_id>", members.MemberView.as_view()),
    path("invitations", members.InvitationsView.as_view()),
    path("invitations/<int:invitation_id>/revoke", members.RevokeView.as_view()),
    path("members/hours", members.HoursView.as_view()),
    path("members/accuracy", members.AccuracyView.as_view()),
    path("corpora", corpora.CorporaView.as_view()),
    path("corpora/preview", corpora.PreviewView.as_view()),
    path("corpora/<int:corpus_id>/sample", corpora.SampleView.as_view()),
    path("corpora/<int:corpus_id>/withdraw", corpora.WithdrawView.as_view()),
    path("exports", exports.ExportsView.as_view()),
    path("exports/preview", exports.ExportPreviewView.as_view()),
    path("exports/<int:export_id>/file", exports.ExportFileView.as_view()),
    path("guidelines", manager.GuidelinesView.as_view()),
    path("agreement", judging.AgreementView.as_view()),
    path("disagreements", judging.DisagreementsView.as_view()),
    path("sentences/<int:sentence_id>/adjudicate", judging.AdjudicateView.as_view()),
    path("audit", audit_trail.AuditView.as_view()),
    path("audit/file", audit_trail.AuditFileView.as_view()),
    path("flags", judging.FlagsView.as_view()),
    path("flags/<int:flag_id>/resolve", judging.ResolveFlagView.as_view()),
]

urlpatterns = [
    path("session", session.SessionView.as_view()),
    path("password", session.PasswordView.as_view()),
    path("token", session.TokenView.as_view()),
    path("invitations/<str:token>", members.InvitationView.as_view()),
    path("projects", manager.ProjectsView.as_view()),
    path("projects/<int:project_id>", manager.ProjectDetailView.as_view()),
    path("projects/<int:project_id>/", include(project_urls)),
]
