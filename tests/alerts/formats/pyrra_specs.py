"""Objectives in Pyrra's words."""

ERRORS = 'hits_total{job="shop",code=~"5.."}'
TOTAL = 'hits_total{job="shop"}'
COUNT = 'took_count{job="shop"}'
BUCKET = 'took_bucket{job="shop",le="0.5"}'


def objective(metadata: dict | None = None, **changes: object) -> dict:
    ratio = {"errors": {"metric": ERRORS}, "total": {"metric": TOTAL}, "grouping": None}
    spec = {"target": "99", "window": "28d", "indicator": {"ratio": ratio}, **changes}
    head = {"apiVersion": "pyrra.dev/v1alpha1", "kind": "ServiceLevelObjective"}
    return {**head, "metadata": metadata or {"name": "web"}, "spec": spec}


def latency(bucket: str = BUCKET) -> dict:
    return {"latency": {"success": {"metric": bucket}, "total": {"metric": COUNT}}}
