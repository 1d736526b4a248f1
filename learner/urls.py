"""Routes of the learner, below /api/."""

from django.urls import path

from learner.api import views
from learner.api.analysis import Analysis
from learner.api.bridges import Bridges
from learner.api.event_files import EventsFile
from learner.api.guideline_bridges import GuidelineBridgePreviews, GuidelineBridges, GuidelineBridgeSwitch
from learner.api.packages import Package, PackageFile
from learner.api.plan import PlanLock, Plans
from learner.api.repairs import Repairs
from learner.api.reports import ReportFile, Reports

PROJECT = "projects/<int:project_id>"

urlpatterns = [
    path(f"{PROJECT}/clock", views.Clock.as_view()),
    path(f"{PROJECT}/overview", views.Overview.as_view()),
    path(f"{PROJECT}/rounds", views.Rounds.as_view()),
    path(f"{PROJECT}/rounds/<int:round_id>/cancel", views.RoundCancel.as_view()),
    path(f"{PROJECT}/rounds/<int:round_id>/restart", views.RoundRestart.as_view()),
    path(f"{PROJECT}/rounds/<int:round_id>/package", Package.as_view()),
    path(f"{PROJECT}/rounds/<int:round_id>/package/file", PackageFile.as_view()),
    path(f"{PROJECT}/curves", views.Curves.as_view()),
    path(f"{PROJECT}/events", views.Events.as_view()),
    path(f"{PROJECT}/events/<int:event_id>", views.EventRemarks.as_view()),
    path(f"{PROJECT}/events/file", EventsFile.as_view()),
    path(f"{PROJECT}/repairs", Repairs.as_view()),
    path(f"{PROJECT}/bridges", Bridges.as_view()),
    path(f"{PROJECT}/guideline-bridges", GuidelineBridges.as_view()),
    path(f"{PROJECT}/guideline-bridges/preview", GuidelineBridgePreviews.as_view()),
    path(f"{PROJECT}/guideline-bridges/<int:version>/switch", GuidelineBridgeSwitch.as_view()),
    path(f"{PROJECT}/strategies", views.Strategies.as_view()),
    path(f"{PROJECT}/plans", Plans.as_view()),
    path(f"{PROJECT}/plans/lock", PlanLock.as_view()),
    path(f"{PROJECT}/reports", Reports.as_view()),
    path(f"{PROJECT}/reports/<int:report_id>/file", ReportFile.as_view()),
    path(f"{PROJECT}/analysis/<str:name>", Analysis.as_view()),
]
