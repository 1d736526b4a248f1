"""Charges: each reading costs each arm that has drawn its sentence once, whatever happened in between."""

import random
from collections import Counter
from statistics import mean

import pytest
from django.db import connection

from annotation import leases, publishing
from annotation.models import Assignment, Draw, Membership, Queue, Sentence
from learner.freezing import freeze_arm
from tests.factories import make_corpus, make_guideline, make_member, make_project

pytestmark = pytest.mark.django_db

ARMS = ("random", "active")

# What readings cost, from the facts alone.
FACTS = """
SELECT q.kind, a.annotator_id, sum(s.n_clusters) FROM annotation_draw d
JOIN annotation_queue q ON q.id = d.queue_id JOIN annotation_sentence s ON s.id = d.sentence_id
JOIN annotation_assignment a ON a.sentence_id = d.sentence_id AND a.slot = d.slot
    AND a.state IN ('leased', 'submitted')
GROUP BY 1, 2
"""


def facts() -> dict[tuple[str, int], int]:
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        return {(kind, user): int(cost) for kind, user, cost in cursor.fetchall()}


def charged() -> dict[tuple[str, int], int]:
    """What is charged, draws made ahead included."""
    held = Counter()
    for member in Membership.objects.all():
        held["random", member.user_id] += member.charged_random
        held["active", member.user_id] += member.charged_active
    for kind, user, clusters in Draw.objects.filter(reused_from__isnull=False).values_list(
        "queue__kind", "reused_from", "clusters"
    ):
        held[kind, user] += clusters
    return {key: cost for key, cost in held.items() if cost}


def make_pool(count: int, *, rng: random.Random, **fields):
    """Sentences of unequal length, so that an error in one is not hidden by another."""
    project = make_project(**({"overlap_share": 0, "holdout_serve_share": 0} | fields))
    make_corpus(project, [["คำ"] * rng.randint(1, 40) + [str(number)] for number in range(count)])
    return project


def publish(project, ids, now) -> None:
    queue = Queue.objects.get(project=project, kind="active")
    generation = publishing.write_generation(queue, ids, [0.0] * len(ids), source="test", strategy="margin")
    publishing.publish(generation, now=now)


def pool_of(project) -> list[int]:
    """What the active arm has not been handed yet, as a round would score it."""
    drawn = Draw.objects.filter(queue__project=project, queue__kind="active").values("sentence")
    return list(
        Sentence.objects.filter(project=project, split="pool")
        .exclude(pk__in=drawn)
        .values_list("pk", flat=True)
    )


def test_a_lease_that_lapses_and_is_taken_up_again_is_charged_once(desk):
    project = make_pool(20, rng=random.Random(1))
    member = make_member(project)
    held = desk.claim(member)
    before = charged()
    assert before == facts()
    desk.wait(minutes=20)
    leases.expire_leases(now=desk.now)
    assert charged() == facts() == {}
    leases.renew(held.pk, annotator_id=member.user_id, now=desk.now)
    assert charged() == before
    desk.wait(minutes=20)
    leases.expire_leases(now=desk.now)
    desk.submit(held)
    assert charged() == before == facts()


def test_the_seed_set_is_charged_to_both_arms(desk):
    project = make_pool(20, rng=random.Random(2), seed_size=6)
    member = make_member(project)
    desk.work(member, 6)
    found = charged()
    assert found["random", member.user_id] == found["active", member.user_id] > 0


def test_a_label_that_an_arm_reuses_is_charged_to_it_for_the_person_who_made_it(desk):
    project = make_pool(20, rng=random.Random(3), active_share=0)
    first, second = make_member(project), make_member(project)
    made = desk.work(first, 8)[-1].sentence
    type(project).objects.filter(pk=project.pk).update(active_share=1)
    publish(project, [made.pk, *(id_ for id_ in pool_of(project) if id_ != made.pk)], desk.now)
    own = desk.work(second, 1)[0]
    assert own.queue.kind == "active"
    draw = Draw.objects.get(queue__kind="active", sentence=made)
    assert (draw.reused_from_id, draw.clusters) == (first.user_id, made.n_clusters)
    assert charged() == facts()


def test_skipping_costs_no_clusters(desk):
    project = make_pool(20, rng=random.Random(4))
    desk.skip(desk.claim(make_member(project)))
    assert charged() == {}


def test_work_beyond_the_overlap_costs_neither_arm(desk):
    project = make_pool(20, rng=random.Random(5), active_share=0)
    absent, present = make_member(project), make_member(project)
    held = desk.claim(absent)
    desk.wait(minutes=20)
    leases.expire_leases(now=desk.now)
    desk.submit(desk.claim(present))
    desk.submit(held)
    assert {user for _, user in charged()} == {present.user_id}
    assert charged() == facts()


def test_a_new_order_takes_the_charges_of_draws_made_ahead_back(desk):
    project = make_pool(90, rng=random.Random(6), active_share=0)
    member = make_member(project)
    labelled = [one.sentence_id for one in desk.work(member, 30)][4:]
    type(project).objects.filter(pk=project.pk).update(active_share=1)
    fresh = [id_ for id_ in pool_of(project) if id_ not in labelled]
    publish(project, [fresh[0], *labelled], desk.now)
    desk.work(make_member(project), 1)
    assert Draw.objects.filter(queue__kind="active", reused_from=member.user_id).count() > 20
    publish(project, fresh[1:], desk.now)
    assert charged() == facts()


@pytest.mark.parametrize("seed", range(2))
def test_charges_follow_the_facts_through_whatever_people_do(desk, seed):
    rng = random.Random(seed)
    project = make_pool(100, rng=rng, holdout_serve_share=0.1, overlap_share=0.2)
    Sentence.objects.filter(order_key__gt=2**62).update(required_annotations=2)
    members = [make_member(project) for _ in range(3)]
    for step in range(150):
        member = rng.choice(members)
        own = list(Assignment.objects.filter(annotator=member.user_id).order_by("-leased_at", "pk")[:4])
        held = [one for one in own if one.state == "leased"]
        act = rng.random()
        if act < 0.5 and (claimed := desk.claim(member, held=tuple(one.pk for one in held))):
            if rng.random() < 0.8:
                desk.submit(claimed)
        elif act < 0.6 and held:
            desk.skip(held[0])
        elif act < 0.7 and held:
            leases.release([held[0].pk], annotator_id=member.user_id, now=desk.now)
        elif act < 0.8:
            desk.wait(minutes=rng.randint(1, 20))
            leases.expire_leases(now=desk.now)
        elif act < 0.9 and own:
            desk.submit(rng.choice(own))
        elif step > 30:
            ids = pool_of(project)
            rng.shuffle(ids)
            if step == 100:
                make_guideline(project)
            publish(project, ids, desk.now)
        if step % 5 == 4:
            assert charged() == facts(), step
    assert Draw.objects.filter(reused_from__isnull=False).exists()


@pytest.mark.parametrize("people", [1, 4])
def test_the_arms_end_at_the_same_charged_cost(desk, people):
    """The first order comes late, the order is by length, and the arms come to share much of a small pool."""
    rng = random.Random(people)
    project = make_pool(300, rng=rng, seed_size=20)
    members = [make_member(project) for _ in range(people)]

    def work(count: int) -> None:
        for turn in range(count):
            desk.work(members[turn % people], 1)

    def costs() -> list[int]:
        queues = [Queue.objects.get(project=project, kind=kind) for kind in ARMS]
        return [freeze_arm(queue).clusters for queue in queues]

    work(60)
    before = costs()
    assert before[0] > 2 * before[1]
    for _ in range(4):
        ranked = Sentence.objects.filter(pk__in=pool_of(project)).order_by("-n_clusters", "pk")
        publish(project, list(ranked.values_list("pk", flat=True)), desk.now)
        work(40)
    random_cost, active_cost = costs()
    shared = Draw.objects.filter(queue__kind="active", rank__isnull=False, reused_from__isnull=False)
    assert shared.count() > 10
    assert abs(random_cost - active_cost) / (random_cost + active_cost) < 0.03


def test_turns_of_a_measurement_queue_that_is_empty_do_not_move_the_ratio(desk):
    project = make_pool(300, rng=random.Random(8), holdout_serve_share=0.7)
    member = make_member(project)
    desk.work(member, 6)
    publish(project, pool_of(project), desk.now)
    desk.work(member, 60)
    leans = []
    for _ in range(20):
        desk.work(member, 3)
        random_cost, active_cost = (charged()[kind, member.user_id] for kind in ARMS)
        leans.append((random_cost - active_cost) / (random_cost + active_cost))
    # Labels that an arm reuses are charged as it comes to them, several at once: one moment says little.
    assert abs(mean(leans)) < 0.05
