"""What a report says in words: the sections' introductions, the heads of the results, and facts of events."""

from collections.abc import Mapping
from typing import Any

from learner.report_tables import Results, estimate, note

TITLES = {
    "plan": "The plan",
    "curves": "What active sampling gained",
    "divergence": "How the samples differ",
    "events": "What happened, and what it did",
    "conflicts": "Labels that contradict one another",
    "checks": "How far the figures can be trusted",
}

TEXTS: dict[str, tuple[str, ...]] = {
    "report": (
        (
            "Two samples of one corpus were labelled side by side by the same people, who could not "
            "tell them apart: one drawn at random, one ranked by a model that learned from the labels "
            "so far. After each round one model was trained on each sample and measured on held-out "
            "documents that neither arm may use. All differences are active − random; above zero, "
            "active is better."
        ),
    ),
    "plan": (
        (
            "What was to be shown, written before the first label and locked then; the hash tells "
            "whether it was altered. The figure that the plan names is the one that counts; all "
            "others explore."
        ),
    ),
    "curves": (
        (
            "The figure on the holdout against what each arm was charged: a label that both arms drew "
            "is charged in full to both, second readings and the holdout to neither."
        ),
        (
            "Two questions are kept apart. E1: which of these two labelled sets is the better one; "
            "its interval holds the choice of documents and model seeds. E2: which way of drawing is "
            "the better one; it holds the luck of the draw too, and needs further trainings. An "
            "interval for E1 is no answer to E2."
        ),
        (
            "Savings are the cost at which random reached a level less that at which active did; an "
            "open side means that an arm has not reached it."
        ),
    ),
    "divergence": (
        (
            "The whole pool is known, so that each sample can be held against it and against random "
            "samples of the same size. A figure outside its band says that a sample is not a random "
            "one, which is what ranking is for; it does not say that it is worse. The random arm "
            "should lie inside its bands."
        ),
        ("Figures of labels compare what reading the two samples was like: speed, length, skips, agreement."),
    ),
    "events": (
        (
            "Changes of the environment while people worked. Both arms receive every event, so that "
            "an effect here is a difference between their responses. A bridge, the same frozen "
            "samples before and after, needs no assumption of a trend and comes first; else the "
            "trajectory model, which needs five rounds on each side. Where the design cannot say, it "
            "says so."
        ),
        (
            "The trajectory model assumes that without the event the arms' difference in logits would "
            "have gone on in a straight line over log cost, and that nothing else began at the same "
            "time. Windows with several events have one joint effect."
        ),
        (
            "The bridge of a guideline is a part of the holdout and of each arm that other people read "
            "again under the new rules. What it says is about these readings: the share of decisions "
            "that changed, net of what two people differ by under one version, and the tokens gained. "
            "It is neither E1 nor E2."
        ),
    ),
    "conflicts": (
        (
            "Strings that are one word here and several there. Not every conflict is a mistake: some "
            "strings are rightly cut in one sentence and kept in another. Shifts are strings whose "
            "treatment moved with the guideline. Repairs are sentences read by older rules, holdout "
            "first, then by expected changes a second."
        ),
    ),
    "checks": (
        (
            "Whether another model would gain from the same sample; what the arms' own next labels "
            "would have made a team believe that has no holdout; how far people agree, which no model "
            "can be shown to exceed; whether the models' probabilities mean what they say; and what "
            "offline evaluation takes for granted, with the figure that tests it here."
        ),
    ),
}


def heads(results: Results) -> list[str]:
    """Return the results in a few sentences, those against active sampling with the same weight."""
    found = [_plan(results["plan"])]
    curves = results["curves"]
    if "not_estimable" in curves:
        return [*found, note(curves)]
    for name, about in (("e1", "these samples (E1)"), ("e2", "these strategies (E2)")):
        found.append(f"Mean gain in {curves['figure']}, {about}: {said(curves['mean_gain'][name])}")
    if curves["provisional"]:
        found.append("The holdout is not completely read: all figures are provisional.")
    fractions = curves["sampling_fraction"]
    high = [f"{arm} {share:.0%}" for arm, share in fractions.items() if share and share > 0.3]
    if high:
        found.append(
            f"Of the pool the arms have drawn more than 30 % ({', '.join(high)}): they converge by "
            "arithmetic, and gains must not be extrapolated."
        )
    conflicts = results["conflicts"]
    found.append(
        f"{conflicts['strings']} strings are segmented both ways in {conflicts['readings']} readings; "
        f"{len(conflicts['shifts'])} of them were seen under older and newer guidelines."
    )
    verdicts = [row["verdict"] for row in results["guidelines"]["assumptions"]]
    found.append(
        f"Of {len(verdicts)} assumptions of offline evaluation {verdicts.count('failed')} failed here, "
        f"{verdicts.count('held')} held, and of the others the data cannot tell."
    )
    return found


def _plan(plan: Mapping[str, Any]) -> str:
    if "outcome" not in plan:
        return note(plan)
    outcome = plan["outcome"]
    if "verdict" not in outcome:
        return f"Planned endpoint: {note(outcome)}"
    text = f"Planned endpoint: {outcome['verdict']}. {note(outcome)}"
    if outcome["detectable"] is not None:
        text += f" Detectable with 90 % power: {outcome['detectable']:.4f}."
    return text if plan["is_intact"] else text + " The plan was altered after it was locked."


def said(value: Any) -> str:
    """Return an estimate in words and figures."""
    held = estimate(value)
    if held["value"] is None:
        return str(held["note"])
    if held["low"] is None:
        return f"{held['value']:+.4f}, without an interval. {held['note']}"
    if held["low"] > 0:
        verdict = "active is better"
    else:
        verdict = "active is worse" if held["high"] < 0 else "no difference is shown"
    return f"{held['value']:+.4f} ({held['low']:+.4f} to {held['high']:+.4f}): {verdict}."


def in_words(value: Any) -> str:
    """Return a value of a table as a reader wants it: facts by name, a reason by its sentence."""
    match value:
        case None:
            return ""
        case {"code": _, "values": _, "text": text}:
            return str(text)
        case dict():
            return "; ".join(f"{name.replace('_', ' ')}: {in_words(one)}" for name, one in value.items())
        case list():
            return ", ".join(map(in_words, value))
    return str(value)
