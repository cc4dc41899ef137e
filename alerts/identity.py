"""Labels that say whose a series or an alert is, and how those of a spec go beside them."""

from collections.abc import Mapping

from alerts.slo import Slo


def identity_labels(slo: Slo) -> dict[str, str]:
    """In our words and in Sloth's."""
    return {
        "service": slo.service,
        "slo": slo.name,
        "sloth_id": f"{slo.service}-{slo.name}",
        "sloth_service": slo.service,
        "sloth_slo": slo.name,
    }


def exported(labels: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """The labels, each that says something else than ours of that name as ``exported_NAME``.

    That is how Prometheus itself keeps a label of a target beside its own.
    """
    return {
        f"exported_{name}" if ours.get(name, text) != text else name: text for name, text in labels.items()
    }


def beside(labels: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """Ours, and a spec's labels with none of them lost."""
    return {**exported(labels, ours), **ours}
