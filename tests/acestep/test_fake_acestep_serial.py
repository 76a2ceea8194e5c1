"""The server that plays one job after the other."""

import httpx

from tests.fakes.acestep_serial import SerialAceStep
from tests.fakes.acestep_world import Time


def test_jobs_are_played_one_after_the_other_by_the_clock() -> None:
    time = Time()
    with SerialAceStep(30, time.clock) as server, httpx.Client(base_url=server.url) as client:
        ids = [client.post("/release_task", json={"seed": seed}).json()["data"]["task_id"] for seed in (1, 2)]

        def stages() -> list[int]:
            items = client.post("/query_result", json={"task_id_list": ids}).json()["data"]
            return [item["status"] for item in items]

        at_once = stages()
        time.sleep(31)
        half_way, books = stages(), client.get("/v1/stats").json()["data"]
        time.sleep(30)
        at_the_end = stages()

    assert [[0, 0], [1, 0], [1, 1]] == [at_once, half_way, at_the_end]
    assert {"queued": 0, "running": 1, "succeeded": 1, "failed": 0} == books["jobs"]
    assert 2 == server.deepest
