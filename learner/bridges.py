"""Bridges: a round's frozen samples trained under a changed setting too, so that no trend has to be assumed.

For a change of the model the software builds one by itself, on the latest round before the change; a manager
may ask for others beforehand. Trainings go to the training lane one at a time, between those of rounds
(learner/replays.py), so that the web process loads no model library.
"""

from annotation import audit
from annotation.errors import BadInput, Conflict
from annotation.models import Project
from config.lanes import send
from learner.models import Round

# Models to bridge to; a test holds the names against those of segmenter/model.py.
MODELS = ("tiny", "small", "base", "committee", "fast")


def request(project: Project, *, model: str) -> None:
    """Ask for a bridge from the latest round to another model.

    Raises BadInput for a model that there is not, Conflict before the first round has closed.
    """
    if model not in MODELS:
        raise BadInput("bridge_model_unknown", model=model, known=", ".join(MODELS), details={"model": model})
    latest = project.rounds.filter(state=Round.State.CLOSED).order_by("-number").first()
    if latest is None:
        raise Conflict("no_closed_round")
    audit.note(thing=f"round {latest.pk}", after={"number": latest.number, "model": model})
    send("learner.tasks.train_bridge", latest.pk, model, lane="train")
