"""What a project's own readings say about the seconds a sentence takes."""

import numpy as np
from django.db import connection

from annotation.models import Project
from segmenter.cost import CostModel, fit_cost_model

# Three parameters from fewer readings say more about the readers' day than about the sentences.
MIN_READINGS = 100
# The latest ones: people get faster.
MOST_READINGS = 5000

_READINGS = """
SELECT s.n_clusters, n.boundaries, CASE WHEN a.suggestion_shown THEN g.boundaries ELSE '{}' END, n.active_ms
FROM annotation_assignment a
JOIN annotation_sentence s ON s.id = a.sentence_id
CROSS JOIN LATERAL (SELECT n.boundaries, n.active_ms FROM annotation_annotation n
    WHERE n.assignment_id = a.id ORDER BY n.revision LIMIT 1) n
LEFT JOIN annotation_suggestion g ON g.id = a.suggestion_id
WHERE a.project_id = %s AND a.state = 'submitted'
ORDER BY a.finished_at DESC, a.id DESC LIMIT %s
"""


def read_cost_model(project: Project) -> CostModel:
    """Return the cost model of the project's latest first readings; the default one while they are few."""
    with connection.cursor() as cursor:
        cursor.execute(_READINGS, [project.pk, MOST_READINGS])
        rows = cursor.fetchall()
    if len(rows) < MIN_READINGS:
        return CostModel()
    clusters = np.array([n_clusters for n_clusters, _, _, _ in rows], float)
    corrections = np.array([len(set(made) ^ set(shown or ())) for _, made, shown, _ in rows], float)
    return fit_cost_model(clusters, corrections, np.array([ms / 1000 for _, _, _, ms in rows]))
