"""What a query took, in the form of Prometheus' ``stats``."""


def query_stats(samples: int, evaluation_seconds: float, queue_seconds: float) -> dict[str, object]:
    """Of the phases only the waiting and the whole evaluation are told; samples are those that were held."""
    return {
        "timings": {
            "evalTotalTime": evaluation_seconds,
            "resultSortTime": 0.0,
            "queryPreparationTime": 0.0,
            "innerEvalTime": evaluation_seconds,
            "execQueueTime": queue_seconds,
            "execTotalTime": queue_seconds + evaluation_seconds,
        },
        "samples": {"totalQueryableSamples": samples, "peakSamples": samples},
    }
