"""A client of Tatkham's HTTP API in one file: the standard library only, so that it can be copied anywhere.

docs/api.md shows it at work. Every answer is what the API says of it there and in openapi.yaml: dictionaries
and lists. What goes wrong is an `ApiError` with the API's `code`; what may pass (no network, a server that
starts) is tried again where sending it twice does no harm.
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 60
TRIES = 5
POLL_SECONDS = 0.5


class ApiError(Exception):
    """The API refused. `code` is stable and meant for programs; `status` 0: the server was not reached."""

    def __init__(self, status: int, code: str, message: str, details: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.status, self.code, self.details = status, code, dict(details)


class Tatkham:
    """One person at one service. `token` is an access token, made on the page or by POST /api/token."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url.rstrip("/"), token

    @classmethod
    def log_in(cls, url: str, username: str, password: str) -> "Tatkham":
        """Return the client of a person; its token holds until `log_out`, or until it ends by itself."""
        client = cls(url, "")
        credentials = {"username": username, "password": password}
        client.token = client.request("POST", "/api/token", credentials, repeatable=True)["token"]
        return client

    def log_out(self) -> None:
        """Revoke the token: nobody gets in by it any more."""
        self.request("DELETE", "/api/token")

    def projects(self) -> list[dict[str, Any]]:
        """Return the projects one belongs to, with one's role in each."""
        return list(self.request("GET", "/api/projects"))

    def project(self, name_or_id: str | int) -> "Project":
        """Return a project by its number or, where only one is called so, its name."""
        found = [row["id"] for row in self.projects() if name_or_id in (row["id"], row["name"])]
        if len(found) != 1:
            raise LookupError(f"{len(found)} of your projects are called {name_or_id!r}.")
        return Project(self, found[0])

    def create_project(self, name: str, **settings: Any) -> "Project":
        """Make a project, of which one is the manager; for staff accounts. Settings as in docs/api.md."""
        return Project(self, self.request("POST", "/api/projects", {"name": name, **settings})["id"])

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        repeatable: bool = False,
    ) -> Any:
        """Send a request and return the decoded answer. GET and what is `repeatable` is tried again."""
        data = None if body is None else json.dumps(body).encode()
        return json.loads(self._send(method, path, data, "application/json", query, repeatable) or b"null")

    def upload(self, path: str, file: Path, fields: Mapping[str, str]) -> Any:
        """Send a file with fields as a form."""
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        name = urllib.parse.quote(file.name)
        head = f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''{name}\r\n"
        body = b"".join(
            [*parts, head.encode(), b"\r\n", file.read_bytes(), f"\r\n--{boundary}--\r\n".encode()]
        )
        kind = f"multipart/form-data; boundary={boundary}"
        return json.loads(self._send("POST", path, body, kind, None, False))

    def download(self, path: str) -> bytes:
        """Return the bytes of a file."""
        return self._send("GET", path, None, "", None, True)

    def _send(
        self,
        method: str,
        path: str,
        data: bytes | None,
        kind: str,
        query: Mapping[str, Any] | None,
        repeatable: bool,
    ) -> bytes:
        asked = urllib.parse.urlencode(
            {name: value for name, value in (query or {}).items() if value is not None}
        )
        address = f"{self.url}{path}{'?' if asked else ''}{asked}"
        headers = {"Accept": "application/json"} | ({"Content-Type": kind} if data is not None else {})
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        for left in reversed(range(TRIES if repeatable or method == "GET" else 1)):
            try:
                request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                refused = _refusal(error)
                if refused.status < 500 or not left:
                    raise refused from error
            except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
                if not left:
                    raise ApiError(0, "unreachable", f"{self.url} cannot be reached: {error}", {}) from error
            time.sleep(POLL_SECONDS)
        raise AssertionError("unreachable")


def _refusal(error: urllib.error.HTTPError) -> ApiError:
    try:
        said = json.loads(error.read())
        return ApiError(error.code, said["code"], said["message"], said["details"])
    except (ValueError, KeyError, TypeError):
        return ApiError(error.code, "unknown", f"The server answered with status {error.code}.", {})


class Project:
    """One project. What a member may call depends on their role (docs/api.md)."""

    def __init__(self, client: Tatkham, id_: int) -> None:
        self.client, self.id = client, id_

    def get(self, path: str, **query: Any) -> Any:
        """Read anything below the project, e.g. `get("/flags")`."""
        return self.client.request("GET", f"/api/projects/{self.id}{path}", query=query)

    def post(self, path: str, body: Any = None, *, repeatable: bool = False) -> Any:
        """Send anything below the project."""
        path = f"/api/projects/{self.id}{path}"
        return self.client.request("POST", path, {} if body is None else body, repeatable=repeatable)

    # Settings, people, rules

    def settings(self) -> dict[str, Any]:
        """Return all settings."""
        return dict(self.get(""))

    def change(self, **settings: Any) -> dict[str, Any]:
        """Change settings; `paused=True` hands out nothing."""
        return dict(self.client.request("PATCH", f"/api/projects/{self.id}", settings))

    def members(self) -> list[dict[str, Any]]:
        """Return the people with their figures."""
        return list(self.get("/members"))

    def invite(self, role: str = "annotator", *, places: int = 1, days: int = 7) -> str:
        """Make a link by which people join, and return its address."""
        made = self.post("/invitations", {"role": role, "places": places, "days": days})
        return f"{self.client.url}/invite/{made['token']}"

    def hours(self, since: datetime | None = None, until: datetime | None = None) -> list[dict[str, Any]]:
        """Return what each person did on each day of [since, until); by default the last 31 days."""
        return list(self.get("/members/hours", since=_moment(since), until=_moment(until)))

    def publish_guideline(self, text: str) -> dict[str, Any]:
        """Publish the next version of the rules, in Markdown."""
        return dict(self.post("/guidelines", {"text": text}))

    # Texts

    def preview_file(self, path: str | Path, **described: str) -> dict[str, Any]:
        """Return what an import of the file would bring; nothing is stored."""
        return dict(self.client.upload(f"/api/projects/{self.id}/corpora/preview", Path(path), described))

    def import_file(self, path: str | Path, **described: str) -> dict[str, Any]:
        """Import a file and wait until it is in; `source`, `licence`, `domain`, `name`, `splitter` say more.

        Raises ApiError with code `bad_file` where it cannot be imported.
        """
        asked = self.client.upload(f"/api/projects/{self.id}/corpora", Path(path), described)

        def look() -> dict[str, Any]:
            return next(row for row in self.get("/corpora") if row["id"] == asked["id"])

        row = _wait(look, "importing")
        if row["state"] == "failed":
            raise ApiError(400, "bad_file", row["report"]["error"], row["report"])
        return row

    # The loop

    def overview(self) -> dict[str, Any]:
        """Return where everything stands."""
        return dict(self.get("/overview"))

    def open_round(self) -> dict[str, Any]:
        """Open a round now, and return it at once; `get("/rounds")` says how far it is."""
        return dict(self.post("/rounds"))

    def curves(self) -> dict[str, Any]:
        """Return the points of the learning curves and the events beside them."""
        return dict(self.get("/curves"))

    def analysis(self, name: str, *, figure: str = "word_f1", unit: str = "seconds") -> dict[str, Any]:
        """Return an analysis of docs/analysis.md; `not_estimable` says why there is none."""
        return dict(self.get(f"/analysis/{name}", figure=figure, unit=unit))

    def events(self, *, kind: str | None = None, after: datetime | None = None) -> list[dict[str, Any]]:
        """Return events in order of time; `kind` round finds round.closed too."""
        return list(self.get("/events", kind=kind, after=_moment(after)))

    def record_event(
        self, kind: str, at: datetime, *, until: datetime | None = None, note: str = ""
    ) -> dict[str, Any]:
        """Record what the software cannot know, such as hand.holiday."""
        event = {"kind": kind, "at": _moment(at), "until": _moment(until), "note": note}
        return dict(self.post("/events", event))

    # What comes out

    def export(
        self, path: str | Path, *, format: str = "jsonl", which: str = "training", **filters: Any
    ) -> dict[str, Any]:
        """Write an export into a zip file and return its manifest. With a `name` it is kept as an edition."""
        asked = self.post("/exports", {"format": format, "which": which, **filters})

        def look() -> dict[str, Any]:
            return next(row for row in self.get("/exports") if row["id"] == asked["id"])

        row = _wait(look, "waiting", "running")
        if row["state"] == "failed":
            raise ApiError(500, "export_failed", row["error"], {})
        Path(path).write_bytes(self.client.download(f"/api/projects/{self.id}/exports/{asked['id']}/file"))
        return dict(row["manifest"])

    # An annotator's work

    def annotate(self, cut: Callable[[dict[str, Any]], list[int]]) -> Iterator[dict[str, Any]]:
        """Take sentence after sentence, submit what `cut` makes of each, and yield it with its boundaries.

        `cut` gets `clusters` and `suggestion` and returns the indices of the clusters at which words begin,
        but the first. Ends when there is nothing to do now.
        """
        answer = self.post("/next", {}, repeatable=True)
        while answer["work"]:
            work, began = answer["work"], time.monotonic()
            boundaries = cut(work)
            # The same key is stored once, so that a submit whose answer was lost may be sent again.
            submit = {
                "boundaries": boundaries,
                "client_key": str(uuid.uuid4()),
                "key_actions": 1,
                "next": True,
            }
            submit["active_ms"] = round(1000 * (time.monotonic() - began))
            stored = self.post(f"/assignments/{work['assignment']}/submit", submit, repeatable=True)
            yield work | {"boundaries": boundaries}
            answer = stored["next"]


def _wait(look: Callable[[], dict[str, Any]], *states: str) -> dict[str, Any]:
    while (row := look())["state"] in states:
        time.sleep(POLL_SECONDS)
    return row


def _moment(at: datetime | None) -> str | None:
    if at is not None and at.tzinfo is None:
        raise ValueError(f"{at} has no time zone.")
    return at and at.isoformat()
