"""Naming a project on the command line."""

from django.core.management.base import CommandError

from annotation.models import Project


def find_project(name_or_id: str) -> Project:
    """Return the project with this number or name; ends the command where none or several have it."""
    found = list(Project.objects.filter(name=name_or_id)[:2])
    if not found and name_or_id.isdecimal():
        found = list(Project.objects.filter(pk=name_or_id))
    if len(found) != 1:
        raise CommandError(f"{'Several projects are' if found else 'No project is'} called {name_or_id!r}.")
    return found[0]
