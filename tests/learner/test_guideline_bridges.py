"""Bridges of a guideline: the same sentences read by old and new rules, blind, charged to no arm."""

import pytest

from annotation.errors import Conflict
from annotation.models import Adjudication, Assignment, Membership, Offer, Queue, Sentence
from learner import guideline_bridges, replays, rounds, watching
from learner.analyses import analyse
from learner.freezing import freeze_arm
from learner.holdout import read_holdout
from learner.models import Event, GuidelineBridge, Replay
from tests.factories import make_guideline, make_member, make_project
from tests.learner.working import answer, turn

pytestmark = pytest.mark.django_db

PER_ARM = 5


@pytest.fixture
def round_(loop, desk):
    return turn(rounds.open_round(loop, trigger="hand", now=desk.now))


@pytest.fixture
def gone_on(loop, round_, desk):
    """Both arms have gone on after a round."""
    answer(desk, make_member(loop), 16)


@pytest.fixture
def changed(loop):
    make_guideline(loop, "# กติกาใหม่")
    return loop


@pytest.fixture
def lead(loop):
    return make_member(loop, "manager").user


@pytest.fixture
def manager(by, lead):
    return by(lead)


@pytest.fixture
def sent(monkeypatch):
    asked = []
    monkeypatch.setattr(guideline_bridges, "send", lambda *args, **options: asked.append((*args, options)))
    return asked


@pytest.fixture
def bridge(changed, lead, desk):
    return guideline_bridges.open_bridge(changed, per_arm=PER_ARM, actor=lead, now=desk.now)


@pytest.fixture
def path(changed):
    return f"/api/projects/{changed.pk}/guideline-bridges"


def every(bridge):
    """Its sentences, each once."""
    return {id_ for ids in bridge.sentences.values() for id_ in ids}


def read_all(bridge, desk):
    """Somebody new reads whatever there is; by the new rules a sentence is cut once, after its beginning."""
    desk.wait(minutes=1)
    reader = make_member(bridge.project)
    while (held := desk.claim(reader)) is not None:
        desk.submit(held, 1)


def settled(bridge, desk):
    read_all(bridge, desk)
    watching.watch(bridge.project, now=desk.now)
    bridge.refresh_from_db()


class TestChoice:
    def test_all_of_the_holdout_and_so_many_of_each_arm_that_were_read_by_older_rules(self, gone_on, bridge):
        chosen = {name: set(ids) for name, ids in bridge.sentences.items()}
        old = set(Assignment.objects.filter(state="submitted").values_list("sentence_id", flat=True))
        holdout = set(Sentence.objects.filter(split="holdout", pk__in=old).values_list("pk", flat=True))
        assert holdout
        assert chosen["holdout"] == holdout
        assert [len(chosen[arm]) for arm in ("random", "active")] == [PER_ARM, PER_ARM]
        assert chosen["random"] | chosen["active"] <= old - holdout
        assert not Sentence.objects.filter(pk__in=chosen["random"], split="seed").exists()

    def test_the_choice_is_by_key_and_a_smaller_one_is_a_part_of_a_larger(self, changed):
        current = changed.guidelines.get(version=2)
        few = guideline_bridges.choose(changed, current, per_arm=3).groups["random"]
        many = guideline_bridges.choose(changed, current, per_arm=6).groups["random"]
        assert many[:3] == few
        drawn = Sentence.objects.filter(annotations__isnull=False, split="pool").order_by("order_key")
        assert few != [sentence.pk for sentence in drawn[:3]]

    def test_there_is_none_before_rules_have_changed(self, loop, lead, desk):
        with pytest.raises(Conflict):
            guideline_bridges.open_bridge(loop, per_arm=PER_ARM, actor=lead, now=desk.now)

    def test_there_is_one_to_a_version(self, bridge, lead, desk):
        with pytest.raises(Conflict):
            guideline_bridges.open_bridge(bridge.project, per_arm=PER_ARM, actor=lead, now=desk.now)
        assert GuidelineBridge.objects.count() == 1


class TestReadings:
    def test_they_are_served_as_any_reading_of_the_measurement_queue(self, bridge):
        offers = Offer.objects.filter(sentence__in=every(bridge), slot__gt=0)
        assert set(offers.values_list("queue__kind", flat=True)) == {"measurement"}

    def test_they_are_charged_to_no_arm(self, bridge, desk):
        before = dict(Membership.objects.values_list("pk", "charged_random"))
        wanted = every(bridge)
        reader = make_member(bridge.project)
        desk.wait(minutes=1)
        held = desk.work(reader, 100)
        reader.refresh_from_db()
        own = [one for one in held if one.queue.kind != "measurement"]
        assert wanted <= {one.sentence_id for one in held}
        assert any(one.sentence_id in wanted for one in held if one.queue.kind == "measurement")
        # What the arms were charged is what the arms handed out, and nothing else.
        charged = reader.charged_random + reader.charged_active
        assert charged == sum(one.sentence.n_clusters for one in own)
        others = Membership.objects.exclude(pk=reader.pk)
        assert {pk: before[pk] for pk in others.values_list("pk", flat=True)} == dict(
            others.values_list("pk", "charged_random")
        )

    def test_the_freeze_keeps_its_label_and_its_cost(self, bridge, desk):
        queue = Queue.objects.get(project=bridge.project, kind="random")
        first = freeze_arm(queue)
        read_all(bridge, desk)
        later = freeze_arm(queue)
        n = len(first.sentence_ids)
        assert set(bridge.sentences["random"]) <= set(first.sentence_ids)
        assert later.sentence_ids[:n] == first.sentence_ids
        assert later.annotation_ids[:n] == first.annotation_ids

    def test_the_last_one_is_an_event_with_the_cost_once(self, bridge, desk, sent):
        settled(bridge, desk)
        watching.watch(bridge.project, now=desk.now)
        event = Event.objects.get(kind="bridge.read")
        assert event.after["sentences"] == len(every(bridge))
        # Every reading at the desk takes a second.
        assert event.after["seconds"] == pytest.approx(event.after["sentences"])
        assert sent == [("learner.tasks.train_guideline_bridge", bridge.pk, {"lane": "train"})]

    def test_what_nobody_can_read_does_not_hold_it_back(self, bridge, desk, sent):
        one = bridge.sentences["holdout"][0]
        Offer.objects.filter(sentence=one, slot__gt=0).delete()
        read_all(bridge, desk)
        assert not guideline_bridges.is_read(guideline_bridges.read(bridge))
        Sentence.objects.filter(pk=one).update(declined_at=desk.now)
        assert guideline_bridges.is_read(guideline_bridges.read(bridge))


class TestSwitch:
    def test_references_stay_with_the_old_rules_until_they_pass_in_one_step(self, bridge, lead, desk, sent):
        before = {one.text: one.boundaries for one in read_holdout(bridge.project).references}
        settled(bridge, desk)
        meanwhile = {one.text: one.boundaries for one in read_holdout(bridge.project).references}
        assert {text: meanwhile[text] for text in before} == before
        changing = guideline_bridges.switch(bridge, actor=lead, now=desk.now)
        assert changing == len(bridge.sentences["holdout"])
        after = {one.text: one.boundaries for one in read_holdout(bridge.project).references}
        assert all(after[text] == (1,) for text in before)
        assert Event.objects.get(kind="bridge.switched").after["references"] == changing

    def test_not_before_all_is_read_and_not_twice(self, bridge, lead, desk, sent):
        with pytest.raises(Conflict):
            guideline_bridges.switch(bridge, actor=lead, now=desk.now)
        assert not Adjudication.objects.exists()
        settled(bridge, desk)
        guideline_bridges.switch(bridge, actor=lead, now=desk.now)
        with pytest.raises(Conflict):
            guideline_bridges.switch(bridge, actor=lead, now=desk.now)

    def test_the_pairs_stay_what_they_were(self, bridge, lead, desk, sent):
        settled(bridge, desk)
        before = guideline_bridges.label_pairs(bridge)
        desk.wait(minutes=1)
        guideline_bridges.switch(bridge, actor=lead, now=desk.now)
        assert guideline_bridges.label_pairs(bridge) == before


class TestAnalysis:
    def test_it_says_what_changed_in_labels_and_in_models_of_the_same_sentences(
        self, gone_on, bridge, desk, sent
    ):
        settled(bridge, desk)
        trained = 0
        while replays.train_guideline_bridge(bridge, now=desk.now):
            trained += 1
        held = guideline_bridges.progress(bridge)
        assert trained == held["trained"] == held["trainings"] == 10
        found = analyse(bridge.project, "events")
        (labels,) = found["guideline_bridges"]
        assert labels["version"] == 2
        # The new reader cuts once.
        holdout = labels["labels"]["groups"]["holdout"]
        assert holdout["changed"]["estimand"] == "these readings"
        assert holdout["tokens"]["value"] < -0.4
        rows = [row for row in found["bridges"] if row["change"] == "guideline"]
        assert len(rows) == len(guideline_bridges.COMPARED)
        # Models that have learnt the old cuts lose by references without them.
        same_models = next(row for row in rows if row["about"]["code"] == "bridge_rules")
        assert same_models["effect"]["random"]["e1"]["value"] < -0.3
        assert set(Replay.objects.values_list("purpose", flat=True)) == {"guideline"}

    def test_it_is_no_event_to_be_judged_with_others(self, gone_on, bridge):
        windows = analyse(bridge.project, "events")["windows"]
        assert not [event for window in windows for event in window["events"] if "bridge" in event["kind"]]


class TestApi:
    def test_a_manager_opens_one_sees_its_cost_and_switches(self, changed, manager, path, desk, sent):
        told = manager.get(f"{path}/preview", {"per_arm": PER_ARM}).json()
        row = manager.post(path, {"per_arm": PER_ARM}).json()
        assert all(row[name] == told[name] for name in ("version", "sentences", "groups"))
        assert row["expected_seconds"] == pytest.approx(told["expected_seconds"])
        refused = manager.get(f"{path}/preview")
        assert (refused.status_code, refused.json()["details"]["why"]["code"]) == (409, "bridged")
        assert (row["version"], row["read"], row["groups"]["random"]) == (2, 0, PER_ARM)
        assert row["expected_seconds"] > 0
        assert Event.objects.get(kind="bridge.opened").after["random"] == PER_ARM
        assert manager.post(path, {}).status_code == 409
        assert manager.post(f"{path}/2/switch").status_code == 409
        settled(GuidelineBridge.objects.get(), desk)
        (row,) = manager.get(path).json()
        assert row["read"] == row["sentences"] == row["changed"]
        assert row["seconds"] == pytest.approx(row["sentences"])
        assert row["expected_seconds"] == 0
        assert manager.post(f"{path}/2/switch").json() == {"references": row["groups"]["holdout"]}
        assert manager.post(f"{path}/3/switch").status_code == 404

    @pytest.mark.parametrize("role", ["annotator", "adjudicator"])
    def test_nobody_else_may(self, by, changed, path, role):
        caller = by(make_member(changed, role).user)
        codes = (caller.get(path).status_code, caller.post(path, {}).status_code)
        assert (*codes, caller.post(f"{path}/2/switch").status_code) == (403, 403, 403)

    def test_to_an_outsider_there_is_none(self, by, path):
        assert by(make_member(make_project(), "manager").user).get(path).status_code == 404
