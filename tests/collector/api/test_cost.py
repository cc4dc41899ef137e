from collector.api.cost import query_stats


def test_phases_add_up():
    stats = query_stats(7, 0.75, 1.0)
    assert stats["timings"]["evalTotalTime"] == stats["timings"]["innerEvalTime"] == 0.75
    assert stats["timings"]["execTotalTime"] == 1.75
    assert stats["samples"] == {"totalQueryableSamples": 7, "peakSamples": 7}
