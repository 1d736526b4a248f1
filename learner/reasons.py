"""What the learner says in words: why there is no figure, what to mind with one, why it refuses or fails.

See annotation/reasons.py. The texts of these in both languages are in
frontend/src/domain/messages/reasons.ts.
"""

from annotation.reasons import Reason, register

__all__ = ["Reason"]

TEXTS: dict[str, str] = {
    # Why there is no figure.
    "no_rounds": "No round of both arms has been closed and measured yet. Wait for the first.",
    "no_plan": "There is no plan. Write one on the page Plan; one is locked at the first label.",
    "no_guideline": (
        "There is no guideline, so that no label is out of date. Write one on the page Guideline."
    ),
    "no_second_readings": (
        "No round is closed, or no holdout sentence has been read twice. Have the holdout read by two (a "
        "setting), and wait for a round."
    ),
    "no_refits": (
        "No refits without each of the key groups are stored, nor replicate streams. Ask the administrator "
        "for `manage.py analyse --replay without_group`."
    ),
    "no_common_cost": "The arms share no range of charged cost yet. Wait for further rounds.",
    "pool_empty": "The pool is empty. Import more texts.",
    "not_measured": (
        "Not measured: an earlier version of the software measured round {round}. The next round will have "
        "it."
    ),
    "nothing_to_count": "There is nothing to count, or the figure is at its limit.",
    "one_side_empty": "One side has nothing to count.",
    "nothing_to_compare": (
        "{sentences} sentences, with {frame} to redraw from, leave nothing to compare. Wait for more labels."
    ),
    "too_few_to_fold": (
        "{first} and {second} sentences of {documents} documents are too few to tell apart. Wait for more "
        "labels."
    ),
    "too_few_readings": (
        "{shown} readings with a suggestion shown and {hidden} with one hidden; at least {least} of each "
        "are needed. Wait for more, or raise the share of controls (a setting)."
    ),
    "too_few_streams": "{streams} replicate streams; at least {least} are needed. Play more of them.",
    "too_few_rounds": (
        "{rounds} rounds; at least {least} are needed to see where a curve goes. Wait for further rounds."
    ),
    "too_few_rounds_to_bend": "{rounds} rounds are too few to look for a change in. Wait for further rounds.",
    "too_few_rounds_beside": (
        "{before} rounds before and {after} after; at least {least} a side are needed. Look again after "
        "further rounds."
    ),
    "too_few_seeds_for_samples": (
        "Too few model seeds ({seeds}) to tell their noise from that of the samples. Set more; later "
        "rounds will have them."
    ),
    "costs_alike": "The rounds do not differ in this cost. Choose another one.",
    "cost_and_share_alike": (
        "Cost and share of labels after the event do not vary enough to be told apart. Look again after "
        "further rounds."
    ),
    "not_rising": "The curve has not risen over these rounds.",
    "too_far": "Farther than {times} times what has been spent.",
    # Why an act is refused.
    "no_closed_round": "There is no closed round to bridge from. Wait until one has closed.",
    "nothing_replaced": (
        "No guideline has been replaced yet, so that there is nothing to bridge. Publish the new rules first."
    ),
    "nothing_outdated": "Nothing was read under older rules only, so that there is nothing to bridge.",
    "bridged": "There is a bridge to version {version} already. Go on with that one.",
    "switched": "The references have passed to these rules already. Nothing is left to do.",
    "bridge_unread": (
        "The bridge is not read to its end, so that references cannot pass in one step. Wait until it is."
    ),
    "round_under_way": "A round is under way already. Wait until it has closed, or cancel it.",
    "arm_unfinished": (
        "The {arm} arm has no finished sentence to learn from yet. Wait until some of it is read."
    ),
    "round_over": "Round {round} is {state} already. Load the page again.",
    "round_not_failed": (
        "Round {round} is {state}; only a failed round can be restarted. Load the page again."
    ),
    "round_not_latest": "Round {round} is not the latest any more. Open a new round instead.",
    "plan_needs_note": "The plan is locked. Write a note that says why it changes.",
    "plan_changed": (
        "Somebody else has changed the plan meanwhile. Load the page again and look at theirs first."
    ),
    "plan_locked": "The plan was locked before. It can still be changed, with a note that says why.",
    # Why an act is refused: what is not there, or not there yet.
    "round_without_model": (
        "There is no closed round {round} with a model in this project. Load the page again."
    ),
    "model_files_gone": "The files of round {round}'s model are gone from the store. Tell the administrator.",
    "package_unasked": "Nobody has asked for the package of round {round} yet. Ask for it first.",
    "package_unwritten": "The package of round {round} is not written yet. Wait a moment.",
    "bridge_model_unknown": "There is no model '{model}'; there are {known}. Choose one of these.",
    "guideline_bridge_none": "There is no bridge to version {version}. Load the page again.",
    "plan_unwritten": "There is no plan to lock; write one first.",
    "analysis_unknown": "There is no analysis '{name}'; there are {known}. Choose one of these.",
    "events_or_csv": "The events come as `events` or as `csv`; send one of the two.",
    "event_wrong": "Event {place}: {problem}",
    "events_no_table": "Line {line} of the events is not a table's: {error}. Save the file as CSV again.",
    "pretraining_there": (
        "The project has a pre-training already. See it by `--show`, go on with it by `--resume`."
    ),
    "pretraining_is": "The pre-training is {state}; this cannot be done with it now. See it by `--show`.",
    "sealed_opened": "The sealed half was opened on {day}; its figures are in that event.",
    "sealed_unread": (
        "{done} of {sentences} sentences of the sealed half are read. Have all of them read first."
    ),
    "no_round_closed": "No round has closed yet. Wait for the first.",
    "clock_real": "This project runs on the real clock; only a rehearsal's clock can be moved.",
    "clock_back": "The clock shows {shown}; it does not go back to {to}. Give a later time.",
    # Why a round or a pre-training failed.
    "attempt_failed": "Attempt {attempt}: {problem}",
    "holder_silent": (
        "The process at work on it stopped answering. It is tried again by itself; if all tries fail, "
        "restart the round."
    ),
    "shard_failed": "Shard {shard} of the pool: {problem}",
    "shard_given_up": "Shard {shard} of the pool was given up {attempts} times. Restart the round.",
    "suggestions_failed": "Suggestions: {problem}",
    "suggestions_given_up": "Suggestions for the order were given up {attempts} times. Restart the round.",
    "too_little_text": "There is too little text to pre-train on; import more: {error}",
    "nothing_to_learn": "The labels hold nothing to learn from yet; collect more: {error}",
    # What to mind.
    "too_few_documents": (
        "No interval: {documents} documents, and from fewer than {least} it would be too narrow."
    ),
    "too_few_seeds": (
        "The interval leaves out the choice of model seeds: {seeds} of them, and at least {least} are needed."
    ),
    "choices_left_out": (
        "The sample term deletes groups of sentences from the samples as drawn; that the active arm would "
        "then have chosen other sentences is left out."
    ),
    # The planned endpoint.
    "before_horizon": "{percent} % of the budget is spent; the plan is judged at its horizon.",
    "zero_outside": "Zero lies outside the interval.",
    "zero_outside_but_small": (
        "Zero lies outside the interval; the effect is below the smallest of interest, {smallest}."
    ),
    "within_smallest": "The whole interval lies within the smallest effect of interest, {smallest}, of zero.",
    "holds_both": "The interval holds zero and effects of {smallest} and more: it cannot say.",
    # What a bridge holds against what, and takes for granted.
    "bridge_model": "{preset} instead of the round's model",
    "bridge_rules": "version {version}: the same models by the new rules",
    "bridge_labels": "version {version}: labels made again, by the new rules",
    "bridge_both": "version {version}: rules and labels together",
    "bridge_identical": (
        "The samples, the holdout's documents and the model seeds are identical before and after."
    ),
    "bridge_models_only": (
        "The effect is that of the change on models trained from these samples, not on what annotators do "
        "later."
    ),
    # What the trajectory model takes for granted.
    "straight_line": (
        "Without the event the arms' difference in logits would have gone on in a straight line over log "
        "cost."
    ),
    "in_proportion": "The event acts in proportion to the share of labels made after it.",
    "nothing_else": "Nothing else began at the same time that the arms respond to differently.",
    "same_reference": "The holdout and its reference are the same in all rounds.",
    "responses_only": (
        "It is a difference between the arms' responses; an event that moves both alike shows nothing."
    ),
    # What the effect of a guideline on labels takes for granted.
    "next_reader": (
        "The same sentences were read under both versions; the second reader was whoever came for work next."
    ),
    "people_differ_alike": (
        "On them two people differ as often as on the sentences that two people read under one version."
    ),
    "labels_only": (
        "It says what the rules did to labels, not which arm or which way of drawing is the better one."
    ),
    # What an offline evaluation takes for granted, and the guideline that follows where it fails.
    "assumed_fair_test": "The labels collected are a fair test of the model.",
    "follows_fair_test": (
        "Keep a random holdout that no arm touches; do not judge the model on what active sampling chose."
    ),
    "assumed_equal_time": "Every sentence costs the same time a cluster.",
    "follows_equal_time": "Compare arms at equal charged seconds, not at equal sentences.",
    "assumed_equal_length": "Sentences that are chosen are as long as others.",
    "follows_equal_length": (
        "Charge clusters or seconds; a strategy that likes long sentences looks better a sentence."
    ),
    "assumed_all_labelled": "Every sentence that is chosen gets a label.",
    "follows_all_labelled": (
        "Show what was declined by arm, with its bounds; let declined sentences keep their place."
    ),
    "assumed_right_labels": "Labels are right.",
    "follows_right_labels": (
        "Have part of the holdout read twice; no figure above the readers' agreement means anything."
    ),
    "assumed_one_reading": "The same string is always segmented alike.",
    "follows_one_reading": "Look at the conflicts before blaming the model, and repair the holdout first.",
    "assumed_no_anchoring": "What annotators are shown does not sway them.",
    "follows_no_anchoring": (
        "Suggest the same to both arms, or nothing, and keep a share without suggestions."
    ),
    "assumed_same_model": "The model that chooses is the model that is used.",
    "follows_same_model": "Train another model on the sample before keeping it as a lasting resource.",
    "assumed_quiet_world": "Nothing changes while labels are made.",
    "follows_quiet_world": "Record every change; plan a bridge round for those that the team controls.",
    "assumed_fresh_order": "The order served is that of the current model.",
    "follows_fresh_order": (
        "Count what was served from orders older than a change, and turn the loop faster after one."
    ),
    "assumed_sample_is_strategy": "A gain of this sample is a gain of the strategy.",
    "follows_sample_is_strategy": (
        "Claim a strategy's gain only with an interval that contains the drawing of the sample."
    ),
}

register(TEXTS)
